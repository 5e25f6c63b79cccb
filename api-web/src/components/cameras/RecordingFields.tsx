/** What is done with a camera: switched on, recorded, with sound, and for how long it is kept. */
import { Stack, Switch } from "@mantine/core";
import { RetentionFields } from "./RetentionFields";
import type { CameraFormHandle } from "./useCameraForm";

interface Props {
  form: CameraFormHandle;
  /** Whether the main stream carries sound; undefined where that is not known. */
  hasSound?: boolean | undefined;
}

export function RecordingFields({ form, hasSound }: Props) {
  return (
    <Stack gap="sm">
      <Switch
        label="Switched on"
        description="Off: it stays in the list, and is neither connected nor recorded."
        {...form.getInputProps("enabled", { type: "checkbox" })}
      />
      <Switch
        label="Record to disk"
        description="Around the clock, without re-encoding."
        {...form.getInputProps("record", { type: "checkbox" })}
      />
      <Switch
        label="Record sound too"
        description={
          hasSound === false
            ? "The main stream carries none now; it is recorded as soon as it does. Recording sound may need people's consent."
            : "Where the camera sends any. Recording sound may need people's consent."
        }
        disabled={!form.values.record}
        {...form.getInputProps("audio", { type: "checkbox" })}
      />
      <RetentionFields form={form} />
    </Stack>
  );
}
