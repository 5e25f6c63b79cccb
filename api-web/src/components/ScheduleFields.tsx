/** When something is done: always, or in hours of a week. */
import {
  ActionIcon,
  Autocomplete,
  Button,
  Chip,
  Group,
  Paper,
  SegmentedControl,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { IconPlus, IconTrash } from "@tabler/icons-react";
import { useId } from "react";
import type { FieldErrors } from "../lib/cameraErrors";
import {
  DAYS,
  endWords,
  HOURS_MAX,
  type HoursValues,
  newHours,
  type ScheduleValues,
} from "../lib/schedule";

interface Values {
  isAlways: boolean;
  /** Kept while it is always. */
  schedule: ScheduleValues;
}

interface Props {
  /** What is done then: "Events are made". */
  label: string;
  /** What else is to be known, in a sentence. */
  hint: string;
  values: Values;
  onChange: (change: Partial<Values>) => void;
  errors: FieldErrors;
  /** The schedule's name among the fields. */
  field?: string;
}

/** Browsers know some 400; a list of all of them helps nobody. */
const ZONES_SHOWN = 12;

export function ScheduleFields({
  label,
  hint,
  values,
  onChange,
  errors,
  field = "schedule",
}: Props) {
  const { isAlways, schedule } = values;
  const labelId = useId();
  const change = (next: Partial<typeof schedule>) =>
    onChange({ schedule: { ...schedule, ...next } });
  return (
    <Stack gap="sm">
      <Stack gap={4}>
        <Text size="sm" fw={500} id={labelId}>
          {label}
        </Text>
        <SegmentedControl
          aria-labelledby={labelId}
          data={[
            { value: "always", label: "Always" },
            { value: "hours", label: "At these times" },
          ]}
          value={isAlways ? "always" : "hours"}
          onChange={(value) => onChange({ isAlways: value === "always" })}
        />
        <Text size="xs" c="dimmed">
          {hint}
        </Text>
      </Stack>
      {!isAlways && (
        <>
          {schedule.hours.map((hours, index) => (
            <Hours
              key={hours.key}
              hours={hours}
              number={index + 1}
              field={`${field}.hours[${index}]`}
              error={errors[`${field}.hours[${index}]`]}
              onChange={(part) =>
                change({
                  hours: schedule.hours.map((other) =>
                    other === hours ? { ...other, ...part } : other,
                  ),
                })
              }
              onDelete={() => change({ hours: schedule.hours.filter((other) => other !== hours) })}
            />
          ))}
          {errors[`${field}.hours`] !== undefined && (
            <Text size="sm" c="var(--tone-trouble)" role="alert">
              {errors[`${field}.hours`]}
            </Text>
          )}
          <Group>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={15} aria-hidden />}
              data-field={`${field}.hours`}
              disabled={schedule.hours.length >= HOURS_MAX}
              onClick={() => change({ hours: [...schedule.hours, newHours()] })}
            >
              Add hours
            </Button>
          </Group>
          <Autocomplete
            label="Time zone"
            description="The hours are meant in it, summer and winter."
            data={zoneNames()}
            limit={ZONES_SHOWN}
            value={schedule.timeZone}
            error={errors[`${field}.time_zone`]}
            data-field={`${field}.time_zone`}
            onChange={(timeZone) => change({ timeZone })}
          />
        </>
      )}
    </Stack>
  );
}

interface HoursProps {
  hours: HoursValues;
  number: number;
  /** Its place among the fields, as "schedule.hours[0]". */
  field: string;
  error: string | undefined;
  onChange: (change: Partial<HoursValues>) => void;
  onDelete: () => void;
}

function Hours({ hours, number, field, error, onChange, onDelete }: HoursProps) {
  const words = endWords(hours);
  return (
    <Paper withBorder p="xs" role="group" aria-label={`Hours ${number}`}>
      <Stack gap="xs">
        <Chip.Group
          multiple
          value={hours.days.map(String)}
          onChange={(days) => onChange({ days: days.map(Number).sort((a, b) => a - b) })}
        >
          <Group gap={4}>
            {DAYS.map(({ day, short, long }) => (
              <Chip key={day} value={String(day)} size="xs" variant="outline" aria-label={long}>
                {short}
              </Chip>
            ))}
          </Group>
        </Chip.Group>
        <Group gap="sm" align="flex-end">
          <TextInput
            type="time"
            label="From"
            size="sm"
            value={hours.start}
            data-field={field}
            onChange={(event) => onChange({ start: event.currentTarget.value })}
          />
          <TextInput
            type="time"
            label="To"
            size="sm"
            value={hours.end}
            onChange={(event) => onChange({ end: event.currentTarget.value })}
          />
          <Text size="xs" c="dimmed" mb={8}>
            {words}
          </Text>
          <Tooltip label="Delete">
            <ActionIcon
              variant="subtle"
              color="gray"
              ml="auto"
              mb={4}
              aria-label={`Delete hours ${number}`}
              onClick={onDelete}
            >
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Group>
        {error !== undefined && (
          <Text size="sm" c="var(--tone-trouble)" role="alert">
            {error}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

let names: string[] | undefined;

/** Names of the time zones that the browser knows. */
function zoneNames(): string[] {
  names ??= [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];
  return names;
}
