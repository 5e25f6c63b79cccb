/** When events are made: always, or in hours of a week. */
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
import type { FieldErrors } from "../../lib/cameraErrors";
import type { DetectValues } from "../../lib/detectForm";
import { DAYS, endWords, HOURS_MAX, type HoursValues, newHours } from "../../lib/schedule";

interface Props {
  values: Pick<DetectValues, "isAlways" | "schedule">;
  onChange: (change: Partial<DetectValues>) => void;
  errors: FieldErrors;
}

/** Browsers know some 400; a list of all of them helps nobody. */
const ZONES_SHOWN = 12;

export function ScheduleFields({ values, onChange, errors }: Props) {
  const { isAlways, schedule } = values;
  const labelId = useId();
  const change = (next: Partial<typeof schedule>) =>
    onChange({ schedule: { ...schedule, ...next } });
  return (
    <Stack gap="sm">
      <Stack gap={4}>
        <Text size="sm" fw={500} id={labelId}>
          Events are made
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
          Motion is looked for at any time, and everything is recorded as before.
        </Text>
      </Stack>
      {!isAlways && (
        <>
          {schedule.hours.map((hours, index) => (
            <Hours
              key={hours.key}
              hours={hours}
              number={index + 1}
              field={`schedule.hours[${index}]`}
              error={errors[`schedule.hours[${index}]`]}
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
          {errors["schedule.hours"] !== undefined && (
            <Text size="sm" c="var(--tone-trouble)" role="alert">
              {errors["schedule.hours"]}
            </Text>
          )}
          <Group>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus size={15} aria-hidden />}
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
            error={errors["schedule.time_zone"]}
            data-field="schedule.time_zone"
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
