/** Whether motion is looked for in a camera's pictures, and how little counts. */
import { SegmentedControl, Stack, Switch, Text } from "@mantine/core";
import { useId } from "react";
import type { Sensitivity } from "../../lib/cameraForm";

const SENSITIVITIES: { value: Sensitivity; label: string; words: string }[] = [
  { value: "low", label: "Low", words: "Only what is large and clear." },
  { value: "normal", label: "Normal", words: "People and cars; not rain and leaves." },
  { value: "high", label: "High", words: "What is small or pale too, and more false ones." },
];

interface Props {
  isOn: boolean;
  sensitivity: Sensitivity;
  /** Whether the camera has a sub stream, whose pictures cost less to look at. */
  hasSub: boolean;
  onSwitch: (isOn: boolean) => void;
  onSensitivity: (sensitivity: Sensitivity) => void;
}

export function MotionFields({ isOn, sensitivity, hasSub, onSwitch, onSensitivity }: Props) {
  const labelId = useId();
  return (
    <Stack gap="sm">
      <Switch
        label="Look for motion"
        description={
          hasSub
            ? "In the pictures of the sub stream, five times a second. Motion is shown on the timeline."
            : "In the pictures of the main stream, which takes much of a processor to decode: a sub stream costs a fraction of that. Motion is shown on the timeline."
        }
        checked={isOn}
        onChange={(event) => onSwitch(event.currentTarget.checked)}
      />
      <Stack gap={4}>
        <Text size="sm" fw={500} id={labelId}>
          Sensitivity
        </Text>
        <SegmentedControl
          aria-labelledby={labelId}
          data={SENSITIVITIES.map(({ value, label }) => ({ value, label }))}
          disabled={!isOn}
          value={sensitivity}
          onChange={(value) => onSensitivity(value as Sensitivity)}
        />
        <Text size="xs" c="dimmed">
          {SENSITIVITIES.find(({ value }) => value === sensitivity)?.words}
        </Text>
      </Stack>
    </Stack>
  );
}
