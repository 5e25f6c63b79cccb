/**
 * The form of a camera, new or known: fields, connection test and save.
 *
 * Not here: the calls behind test and save (`pages`), and what goes into a request (`lib/cameraForm`).
 */
import { Button, Group, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconDeviceFloppy, IconLink, IconMovie, IconTag } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { Link } from "react-router";
import { describeError, type ErrorWords, isCanceled } from "../../api/errors";
import type { Camera, ProbeCameraResponse } from "../../gen/ronin/v1/camera_pb";
import {
  type CameraValues,
  EMPTY_CAMERA,
  placeErrors,
  type SourceKey,
  type SourceValues,
  validate,
  validateSource,
  valuesOf,
} from "../../lib/cameraForm";
import { suggestId } from "../../lib/slug";
import { ErrorNotice } from "../ErrorNotice";
import { Panel } from "../Panel";
import { ProbeResult, type ProbeState } from "./ProbeResult";
import { RetentionFields } from "./RetentionFields";
import { type CameraFormHandle, SourceFields } from "./SourceFields";

interface Props {
  /** The camera to change; undefined for a new one. */
  camera?: Camera;
  /** Tries a source; fails with an error of the API. */
  onProbe: (source: SourceValues, signal: AbortSignal) => Promise<ProbeCameraResponse>;
  /** Saves; fails with an error of the API. */
  onSave: (values: CameraValues) => Promise<void>;
  cancelPath: string;
}

interface Failure {
  words: ErrorWords;
  others: ErrorWords["fields"];
}

export function CameraForm({ camera, onProbe, onSave, cancelPath }: Props) {
  const isNew = camera === undefined;
  const [isIdTyped, setIdTyped] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const form = useForm<CameraValues>({
    initialValues: camera ? valuesOf(camera) : EMPTY_CAMERA,
    validate: (values) => validate(values, isNew),
    validateInputOnBlur: false,
  });
  const main = useProbe("main", form, onProbe);
  const sub = useProbe("sub", form, onProbe);

  const onName = (displayName: string) => {
    form.setFieldValue("displayName", displayName);
    if (isNew && !isIdTyped) {
      form.setFieldValue("id", suggestId(displayName));
    }
  };

  const save = form.onSubmit(
    async (values) => {
      setFailure(undefined);
      try {
        await onSave(values);
      } catch (error) {
        const words = describeError(error);
        const placed = placeErrors(words.fields, values);
        form.setErrors(placed.fields);
        const isAllAtFields = words.fields.length > 0 && placed.others.length === 0;
        setFailure(isAllAtFields ? undefined : { words, others: placed.others });
        focusFirst(Object.keys(placed.fields));
      }
    },
    (errors) => focusFirst(Object.keys(errors)),
  );

  const focusFirst = (fields: string[]) => {
    const first = fields[0];
    if (first !== undefined) {
      form.getInputNode(first)?.focus();
    }
  };

  return (
    <form onSubmit={save} noValidate>
      <Stack gap="md">
        <Panel title="Camera" icon={<IconTag size={18} />}>
          <Stack gap="sm">
            <TextInput
              required
              label="Name"
              placeholder="Front door"
              maxLength={100}
              data-autofocus
              {...form.getInputProps("displayName")}
              onChange={(event) => onName(event.currentTarget.value)}
            />
            {isNew ? (
              <TextInput
                label="Id"
                description="Names the folder of its footage and stays the same for good. Made from the name."
                placeholder="front-door"
                autoCapitalize="none"
                spellCheck={false}
                {...form.getInputProps("id")}
                onChange={(event) => {
                  setIdTyped(event.currentTarget.value !== "");
                  form.setFieldValue("id", event.currentTarget.value);
                }}
              />
            ) : (
              <Text size="sm" c="dimmed">
                Id: {camera.id}. It names the folder of the footage and cannot be changed.
              </Text>
            )}
          </Stack>
        </Panel>

        <Panel title="Main stream" icon={<IconLink size={18} />}>
          <Stack gap="md">
            <SourceFields
              form={form}
              source="main"
              hasPassword={camera?.main?.hasPassword ?? false}
            />
            <ProbeResult state={main.state} onTest={main.test} onCancel={main.cancel} />
          </Stack>
        </Panel>

        <Panel title="Sub stream" icon={<IconLink size={18} />}>
          <Stack gap="md">
            <Switch
              label="The camera has a second, smaller stream"
              description="Used for analysis and small tiles; the main stream is what is recorded."
              {...form.getInputProps("hasSub", { type: "checkbox" })}
            />
            {form.values.hasSub && (
              <>
                <SourceFields
                  form={form}
                  source="sub"
                  hasPassword={camera?.sub?.hasPassword ?? false}
                />
                <ProbeResult state={sub.state} onTest={sub.test} onCancel={sub.cancel} />
              </>
            )}
          </Stack>
        </Panel>

        <Panel title="Recording" icon={<IconMovie size={18} />}>
          <Stack gap="sm">
            <Switch
              label="Record to disk"
              description="Around the clock, without re-encoding."
              {...form.getInputProps("record", { type: "checkbox" })}
            />
            <Switch
              label="Record sound too"
              description="Where the camera sends any. Recording sound may need people's consent."
              disabled={!form.values.record}
              {...form.getInputProps("audio", { type: "checkbox" })}
            />
            <RetentionFields form={form} />
          </Stack>
        </Panel>

        {failure && <ErrorNotice words={failure.words} fields={failure.others} />}

        <Group justify="flex-end">
          <Button variant="default" component={Link} to={cancelPath}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={form.submitting}
            leftSection={<IconDeviceFloppy size={16} aria-hidden />}
          >
            {isNew ? "Add camera" : "Save changes"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A connection test of one source; its answer is dropped when a newer one is asked for. */
function useProbe(source: SourceKey, form: CameraFormHandle, onProbe: Props["onProbe"]) {
  const [state, setState] = useState<ProbeState>({ kind: "untried" });
  const running = useRef<AbortController | undefined>(undefined);

  const test = async () => {
    const errors = validateSource(form.values[source], source);
    form.clearErrors();
    form.setErrors(errors);
    if (Object.keys(errors).length > 0) {
      return;
    }
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    setState({ kind: "trying" });
    try {
      const result = await onProbe(form.values[source], abort.signal);
      if (!abort.signal.aborted) {
        setState({ kind: "found", result });
      }
    } catch (error) {
      if (abort.signal.aborted || isCanceled(error)) {
        return;
      }
      const words = describeError(error);
      form.setErrors(placeErrors(words.fields, form.values, source).fields);
      setState({ kind: "failed", words });
    }
  };

  const cancel = () => {
    running.current?.abort();
    setState({ kind: "untried" });
  };

  return { state, test: () => void test(), cancel };
}
