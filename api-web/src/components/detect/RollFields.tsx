/** How much footage before and behind an event belongs to it. */
import { Group, NumberInput, Stack, Text } from "@mantine/core";
import type { FieldErrors } from "../../lib/cameraErrors";
import type { DetectValues } from "../../lib/detectForm";
import { typedNumber } from "./typedNumber";

interface Props {
  values: Pick<DetectValues, "preRoll" | "postRoll">;
  onChange: (change: Partial<DetectValues>) => void;
  errors: FieldErrors;
}

const SECONDS = {
  min: 0,
  max: 60,
  clampBehavior: "none",
  allowNegative: false,
  decimalScale: 1,
  suffix: " s",
} as const;

export function RollFields({ values, onChange, errors }: Props) {
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-start" grow>
        <NumberInput
          {...SECONDS}
          label="Before it"
          value={values.preRoll}
          error={errors.pre_roll}
          data-field="pre_roll"
          onChange={(value) => onChange({ preRoll: typedNumber(value) })}
        />
        <NumberInput
          {...SECONDS}
          label="Behind it"
          value={values.postRoll}
          error={errors.post_roll}
          data-field="post_roll"
          onChange={(value) => onChange({ postRoll: typedNumber(value) })}
        />
      </Group>
      <Text size="xs" c="dimmed">
        Played and downloaded with each event; what is recorded does not change.
      </Text>
    </Stack>
  );
}
