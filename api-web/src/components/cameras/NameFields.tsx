/** Display name and id. The id of a new camera is suggested from the name, and checked. */
import { Stack, Text, TextInput } from "@mantine/core";
import { freeId } from "../../lib/slug";
import { bytes } from "../../lib/units";
import type { CameraFormHandle } from "./useCameraForm";

interface Props {
  form: CameraFormHandle;
  /** Ids in use, for a new camera; undefined where the id is fixed. */
  taken: ReadonlySet<string> | undefined;
  /** Bytes of footage of removed cameras, by id. */
  leftovers?: ReadonlyMap<string, bigint>;
}

export function NameFields({ form, taken, leftovers }: Props) {
  const { id, displayName } = form.values;
  const left = leftovers?.get(id);

  const onName = (name: string) => {
    form.setFieldValue("displayName", name);
    // An id that was typed stays.
    if (taken && (id === "" || id === freeId(displayName, taken))) {
      form.setFieldValue("id", freeId(name, taken));
    }
  };

  return (
    <Stack gap="sm">
      <TextInput
        required
        label="Name"
        placeholder="Front door"
        maxLength={100}
        {...form.getInputProps("displayName")}
        onChange={(event) => onName(event.currentTarget.value)}
      />
      {taken ? (
        <TextInput
          label="Id"
          description="Names the folder of its footage and stays the same for good. Made from the name."
          placeholder="front-door"
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          {...form.getInputProps("id")}
        />
      ) : (
        <Text size="sm" c="dimmed">
          Id: {id}. It names the folder of the footage and cannot be changed.
        </Text>
      )}
      {taken && left !== undefined && (
        <Text size="sm" c="dimmed" role="status">
          A removed camera had this id, and {bytes(left)} of its footage are still there. The new
          footage goes beside them, on the same timeline.
        </Text>
      )}
    </Stack>
  );
}
