/** Whether motion is looked for in a camera's pictures, and how little counts. */
import { SegmentedControl, Stack, Switch, Text } from "@mantine/core";
import { hasSub, looksForMotion, type Sensitivity } from "../../lib/cameraForm";
import type { CameraFormHandle } from "./useCameraForm";

const SENSITIVITIES: { value: Sensitivity; label: string; words: string }[] = [
  { value: "low", label: "Low", words: "Only what is large and clear." },
  { value: "normal", label: "Normal", words: "People and cars; not rain and leaves." },
  { value: "high", label: "High", words: "What is small or pale too, and more false ones." },
];

export function MotionFields({ form }: { form: CameraFormHandle }) {
  const isOn = looksForMotion(form.values);
  const { sensitivity } = form.values;
  return (
    <Stack gap="sm">
      <Switch
        label="Look for motion"
        description={
          hasSub(form.values)
            ? "In the pictures of the sub stream, five times a second. Motion is shown on the timeline."
            : "In the pictures of the main stream, which takes much of a processor to decode: a sub stream costs a fraction of that. Motion is shown on the timeline."
        }
        checked={isOn}
        onChange={(event) => form.setFieldValue("motion", event.currentTarget.checked)}
      />
      <Stack gap={4}>
        <Text size="sm" fw={500} id="motion-sensitivity">
          Sensitivity
        </Text>
        <SegmentedControl
          aria-labelledby="motion-sensitivity"
          data={SENSITIVITIES.map(({ value, label }) => ({ value, label }))}
          disabled={!isOn}
          {...form.getInputProps("sensitivity")}
        />
        <Text size="xs" c="dimmed">
          {SENSITIVITIES.find(({ value }) => value === sensitivity)?.words}
        </Text>
      </Stack>
    </Stack>
  );
}
