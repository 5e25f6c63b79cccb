/** What is said of a zone, and of a mask, below the picture that they are drawn in. */
import {
  ActionIcon,
  Group,
  NumberInput,
  Paper,
  Stack,
  TagsInput,
  Text,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { IconTrash, IconVectorSpline } from "@tabler/icons-react";
import { type ReactNode, type Ref, useEffect, useRef } from "react";
import type { FieldErrors } from "../../lib/cameraErrors";
import type { ZoneValues } from "../../lib/detectForm";
import { type Point, polygonArea } from "../../lib/polygon";
import { percent } from "../../lib/units";
import type { AreaKind } from "./areas";
import classes from "./detect.module.css";
import { typedNumber } from "./typedNumber";

interface ZoneProps {
  zone: ZoneValues;
  /** Its place among the fields, as "zones[0]". */
  field: string;
  errors: FieldErrors;
  labels: readonly string[];
  isSelected: boolean;
  /** Whether it was drawn just now. */
  takesFocus: boolean;
  onSelect: () => void;
  onChange: (change: Partial<ZoneValues>) => void;
  onDelete: () => void;
}

export function ZoneCard(props: ZoneProps) {
  const { zone, field, errors, labels, takesFocus, onChange } = props;
  const name = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (takesFocus) {
      // As little as need be: the picture should stay in sight.
      name.current?.focus({ preventScroll: true });
      name.current?.select();
      name.current?.scrollIntoView({ block: "nearest" });
    }
  }, [takesFocus]);
  const known = [...new Set([...labels, ...zone.labels])];

  return (
    <Card
      {...props}
      kind="zone"
      name={zone.name.trim() || "Zone without a name"}
      points={zone.points}
      error={errors[`${field}.area`]}
    >
      <Group gap="sm" align="flex-start" grow preventGrowOverflow={false}>
        <TextInput
          ref={name}
          label="Name of the zone"
          size="sm"
          miw={140}
          maxLength={40}
          value={zone.name}
          error={errors[`${field}.name`]}
          data-field={`${field}.name`}
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
        <TagsInput
          label="Only for"
          description={labels.length === 0 ? "As the model names them. Empty: all." : "Empty: all."}
          inputWrapperOrder={["label", "input", "description", "error"]}
          size="sm"
          miw={160}
          data={known}
          value={zone.labels}
          placeholder={zone.labels.length === 0 ? "everything" : ""}
          error={errors[`${field}.labels`]}
          data-field={`${field}.labels`}
          onChange={(value) => onChange({ labels: value })}
        />
        <NumberInput
          label="Only who stays for"
          description="Seconds. Empty: whoever comes in."
          inputWrapperOrder={["label", "input", "description", "error"]}
          size="sm"
          miw={160}
          min={0}
          max={3600}
          clampBehavior="none"
          allowNegative={false}
          suffix=" s"
          placeholder="no time"
          value={zone.loiter}
          error={errors[`${field}.loiter`]}
          data-field={`${field}.loiter`}
          onChange={(value) => onChange({ loiter: typedNumber(value) })}
        />
      </Group>
    </Card>
  );
}

interface MaskProps {
  name: string;
  points: readonly Point[];
  error: string | undefined;
  isSelected: boolean;
  takesFocus: boolean;
  onSelect: () => void;
  onDelete: () => void;
}

export function MaskCard({ takesFocus, ...props }: MaskProps) {
  const points = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (takesFocus) {
      points.current?.focus({ preventScroll: true });
    }
  }, [takesFocus]);
  return <Card {...props} kind="mask" pointsRef={points} />;
}

interface CardProps extends Omit<MaskProps, "takesFocus"> {
  kind: AreaKind;
  /** The button that shows its points. */
  pointsRef?: Ref<HTMLButtonElement>;
  children?: ReactNode;
}

function Card(props: CardProps) {
  const { kind, name, points, error, isSelected, onSelect, onDelete, pointsRef, children } = props;
  return (
    <Paper
      withBorder
      p="xs"
      role="group"
      aria-label={kind === "zone" ? `Zone ${name}` : name}
      onFocusCapture={onSelect}
      {...(isSelected && { style: { borderColor: `var(--detect-${kind})` } })}
    >
      <Stack gap="xs">
        <Group gap="xs" wrap="nowrap">
          <span className={classes.swatch} data-kind={kind} aria-hidden="true" />
          <div style={{ minWidth: 0 }}>
            <Text size="sm" fw={600} truncate>
              {name}
            </Text>
            <Text size="xs" c="dimmed">
              {points.length} points, {percent(polygonArea(points))} of the picture
            </Text>
          </div>
          <Group gap={2} ml="auto" wrap="nowrap">
            <Tooltip label="Show its points">
              <ActionIcon
                ref={pointsRef}
                variant="subtle"
                color="gray"
                aria-label={`Show the points of ${name}`}
                aria-pressed={isSelected}
                onClick={onSelect}
              >
                <IconVectorSpline size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Tooltip label="Delete">
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={`Delete ${name}`}
                onClick={onDelete}
              >
                <IconTrash size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </Group>
        </Group>
        {error !== undefined && (
          <Text size="sm" c="var(--tone-trouble)" role="alert">
            {error}
          </Text>
        )}
        {children}
      </Stack>
    </Paper>
  );
}
