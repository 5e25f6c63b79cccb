/** Whether, when and how footage of a camera is encoded anew as H.265. */
import {
  Alert,
  Anchor,
  Group,
  List,
  NativeSelect,
  NumberInput,
  SegmentedControl,
  Stack,
  Switch,
  Text,
} from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useId } from "react";
import { Link } from "react-router";
import type { Coder } from "../../gen/ronin/v1/system_pb";
import type { FieldErrors } from "../../lib/cameraErrors";
import { h265EncoderWords } from "../../lib/coderWords";
import {
  type AgeUnit,
  type H265Values,
  QUALITIES,
  type QualityKey,
  tooLateWords,
} from "../../lib/h265";
import { typedNumber } from "../detect/typedNumber";
import { ScheduleFields } from "../ScheduleFields";

interface Props {
  values: H265Values;
  onChange: (change: Partial<H265Values>) => void;
  /** By "h265.after". */
  errors: FieldErrors;
  /** What the server encodes with; undefined where that is not known. */
  encoders: readonly Coder[] | undefined;
  /** The limit of age that holds for the camera; 0 or undefined: none. */
  keptDays: number | undefined;
}

export function H265Fields(props: Props) {
  const { values, onChange, errors } = props;
  return (
    <Stack gap="md">
      <Switch
        label="Encode older footage as H.265"
        description="To take less space. A new file takes the place of a recorded one only once every picture of both was compared; what is protected, or H.265 already, stays as it is."
        checked={values.isOn}
        error={errors["h265.isOn"]}
        data-field="h265.isOn"
        onChange={(event) => onChange({ isOn: event.currentTarget.checked })}
      />
      {values.isOn && <Details {...props} />}
    </Stack>
  );
}

function Details({ values, onChange, errors, encoders, keptDays }: Props) {
  return (
    <>
      <Age
        values={values}
        onChange={onChange}
        error={errors["h265.after"]}
        tooLate={tooLateWords(values, keptDays)}
      />
      <Quality values={values} onChange={onChange} error={errors["h265.quality"]} />
      <NumberInput
        label="Only where it saves at least"
        description="A file that would save less stays as it was recorded, and is not tried again."
        suffix=" %"
        min={1}
        max={90}
        clampBehavior="none"
        allowDecimal={false}
        allowNegative={false}
        w={{ base: "100%", xs: 320 }}
        value={values.saving}
        error={errors["h265.saving"]}
        data-field="h265.saving"
        onChange={(value) => onChange({ saving: typedNumber(value) })}
      />
      <ScheduleFields
        label="Files are encoded"
        hint="At these times: for example at night, when nobody looks. Recording goes first at any time."
        values={values}
        onChange={onChange}
        errors={errors}
        field="h265.schedule"
      />
      <Alert icon={<IconInfoCircle size={18} aria-hidden />} title="What it costs">
        <List size="sm" spacing={4}>
          <List.Item>
            Browsers that cannot play H.265 are sent pictures that the server encodes while they
            play, which takes work each time.
          </List.Item>
          <List.Item>
            {h265EncoderWords(encoders)}{" "}
            <Anchor
              component={Link}
              to="/system"
              inherit
              c="var(--mantine-color-text)"
              underline="always"
            >
              Encoders of this server
            </Anchor>
          </List.Item>
          <List.Item>What is encoded stays H.265 when this is switched off.</List.Item>
        </List>
      </Alert>
    </>
  );
}

type PartProps = Pick<Props, "values" | "onChange">;

const UNITS: readonly { value: AgeUnit; label: string }[] = [
  { value: "days", label: "days" },
  { value: "hours", label: "hours" },
];

interface AgeProps extends PartProps {
  error: string | undefined;
  /** Why no file would get so old. */
  tooLate: string | undefined;
}

function Age({ values, onChange, error, tooLate }: AgeProps) {
  return (
    <Stack gap={6} role="group" aria-label="Age of the footage that is encoded">
      <Group gap="xs" align="flex-start">
        <NumberInput
          label="From an age of"
          min={0}
          decimalScale={2}
          clampBehavior="none"
          allowNegative={false}
          w={200}
          value={values.after}
          error={error}
          data-field="h265.after"
          onChange={(value) => onChange({ after: typedNumber(value) })}
        />
        <NativeSelect
          label="Unit"
          data={[...UNITS]}
          w={110}
          value={values.unit}
          onChange={(event) => onChange({ unit: event.currentTarget.value as AgeUnit })}
        />
      </Group>
      <Text
        size="xs"
        aria-live="polite"
        {...(tooLate === undefined ? { c: "dimmed" } : { c: "var(--tone-trouble)" })}
      >
        {tooLate ??
          (values.after === 0
            ? "Each file is encoded as soon as it is recorded."
            : "Files that are older are encoded. What is younger stays as the camera sent it.")}
      </Text>
    </Stack>
  );
}

function Quality({ values, onChange, error }: PartProps & { error: string | undefined }) {
  const labelId = useId();
  return (
    <Stack gap={4}>
      <Text size="sm" fw={500} id={labelId}>
        Quality
      </Text>
      <SegmentedControl
        aria-labelledby={labelId}
        data={QUALITIES.map(({ value, label }) => ({ value, label }))}
        value={values.quality}
        onChange={(value) => onChange({ quality: value as QualityKey })}
      />
      <Text size="xs" c="dimmed">
        {QUALITIES.find(({ value }) => value === values.quality)?.words}
      </Text>
      {error !== undefined && (
        <Text size="sm" c="var(--tone-trouble)" role="alert">
          {error}
        </Text>
      )}
    </Stack>
  );
}
