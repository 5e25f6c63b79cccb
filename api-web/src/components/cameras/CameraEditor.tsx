/**
 * Changes a camera: all that adding it asks for, and H.265, on one page. A changed connection offers a
 * check.
 *
 * Not here: the calls behind check and save (`pages`).
 */
import { Alert, Button, Group, Stack } from "@mantine/core";
import {
  IconAlertTriangle,
  IconDeviceFloppy,
  IconLink,
  IconMovie,
  IconStack2,
  IconTag,
} from "@tabler/icons-react";
import { Link } from "react-router";
import type { Camera } from "../../gen/ronin/v1/camera_pb";
import type { GetStorageResponse } from "../../gen/ronin/v1/storage_pb";
import type { Coder } from "../../gen/ronin/v1/system_pb";
import { brandOf } from "../../lib/brands";
import { validateName } from "../../lib/cameraErrors";
import {
  type CameraValues,
  connectionKey,
  type SourceKey,
  streamOf,
  swapped,
  valuesOf,
} from "../../lib/cameraForm";
import { hasAudio, sourceWords } from "../../lib/cameraWords";
import { h265Problems } from "../../lib/h265";
import { ErrorNotice } from "../ErrorNotice";
import { Panel } from "../Panel";
import { CheckPanel } from "./CheckPanel";
import { ConnectionFields } from "./ConnectionFields";
import { H265Panel } from "./H265Panel";
import { MotionPanel } from "./MotionPanel";
import { NameFields } from "./NameFields";
import { RecordingFields } from "./RecordingFields";
import { type StreamRole, StreamRoles } from "./StreamRoles";
import {
  type CameraFormHandle,
  connected,
  focusField,
  useCameraForm,
  useSave,
} from "./useCameraForm";
import { type Checks, foundOf, isMissing, type OnProbe, useChecks } from "./useChecks";

interface Props {
  camera: Camera;
  /** The disk; undefined where it is not known. */
  storage: GetStorageResponse | undefined;
  /** What the server encodes with; undefined where that is not known. */
  encoders: readonly Coder[] | undefined;
  onProbe: OnProbe;
  /** Saves; fails with an error of the API. */
  onSave: (values: CameraValues) => Promise<void>;
  cancelPath: string;
}

export function CameraEditor(props: Props) {
  const { camera, storage, encoders, cancelPath } = props;
  const { form, checks, check, submit, failure, isSaving } = useEditor(props);
  const isChanged = KEYS.some((key) => isConnectionChanged(camera, form.values, key));
  const isSeen = foundOf(checks.main) !== undefined;

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
      noValidate
    >
      <Stack gap="md">
        <Panel title="Camera" icon={<IconTag size={18} />}>
          <NameFields form={form} taken={undefined} />
        </Panel>
        <Panel title="Connection" icon={<IconLink size={18} />}>
          <ConnectionFields
            form={form}
            hasPassword={{
              main: camera.main?.hasPassword ?? false,
              sub: camera.sub?.hasPassword ?? false,
            }}
          />
        </Panel>
        <Panel title="Streams" icon={<IconStack2 size={18} />}>
          <Stack gap="md">
            <CheckPanel form={form} checks={checks} onCheck={check} />
            <Roles camera={camera} form={form} checks={checks} storage={storage} />
          </Stack>
        </Panel>
        <Panel title="Recording" icon={<IconMovie size={18} />}>
          <RecordingFields form={form} hasSound={soundOf(camera, form.values, checks)} />
        </Panel>
        <H265Panel form={form} encoders={encoders} keptDays={storage?.policy?.retentionDays} />
        <MotionPanel form={form} detectionPath={`${cancelPath}/detection`} />
        {isChanged && !isSeen && <NotChecked onCheck={check} isTrying={checks.isTrying} />}
        {failure && <ErrorNotice words={failure.words} fields={failure.others} />}
        <Group justify="flex-end">
          <Button variant="default" component={Link} to={cancelPath}>
            Cancel
          </Button>
          <Button
            type="submit"
            loading={isSaving}
            leftSection={<IconDeviceFloppy size={16} aria-hidden />}
          >
            Save changes
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function useEditor({ camera, onProbe, onSave }: Props) {
  const form = useCameraForm(valuesOf(camera));
  const checks = useChecks(form.values, onProbe);
  const { save, failure, isSaving } = useSave(form, onSave, ([first]) => focusField(form, first));
  const focus = (field: string) => focusField(form, field);

  return {
    form,
    checks,
    failure,
    isSaving,
    check: () => {
      const values = connected(form, focus);
      if (values !== undefined) {
        checks.check(values);
      }
    },
    submit: () => {
      const values = connected(form, focus);
      const entered = form.getValues();
      const problems = Object.entries({
        ...validateName(entered, undefined),
        ...h265Problems(entered.h265),
      });
      for (const [field, problem] of problems) {
        form.setFieldError(field, problem);
      }
      const wrong = problems[0]?.[0];
      if (wrong !== undefined) {
        focus(wrong);
      } else if (values !== undefined) {
        void save(values);
      }
    },
  };
}

function NotChecked({ onCheck, isTrying }: { onCheck: () => void; isTrying: boolean }) {
  return (
    <Alert
      color="yellow"
      variant="light"
      title="The changed connection was not checked"
      icon={<IconAlertTriangle size={18} aria-hidden />}
    >
      <Stack gap="xs">
        If it is wrong, nothing is recorded from the moment it is saved until it is corrected.
        <Group>
          <Button size="xs" variant="default" onClick={onCheck} loading={isTrying}>
            Check it now
          </Button>
        </Group>
      </Stack>
    </Alert>
  );
}

interface RolesProps {
  camera: Camera;
  form: CameraFormHandle;
  checks: Checks;
  storage: GetStorageResponse | undefined;
}

/** What is known of the streams: from a check, else from the camera as it runs. */
function Roles({ camera, form, checks, storage }: RolesProps) {
  const { values } = form;
  const role = (key: SourceKey): StreamRole | undefined => {
    const source = streamOf(values, key);
    const check = checks[key];
    return (
      source && {
        address: sourceWords(source),
        streams: foundOf(check)?.streams ?? runningStreams(camera, values, key),
        // The check above shows it.
        picture: undefined,
        isMissing: isMissing(check),
      }
    );
  };
  const main = role("main");
  if (main?.streams === undefined) {
    return null;
  }
  return (
    <StreamRoles
      main={main}
      sub={role("sub")}
      subWhere={brandOf(values.brand).subWhere}
      storage={storage}
      camera={camera.name}
      isRecorded={values.record}
      onSwap={() => {
        form.setValues(swapped(values));
        checks.swap();
      }}
      onAddSub={() => focusField(form, "sub.path")}
    />
  );
}

const KEYS: readonly SourceKey[] = ["main", "sub"];

function isConnectionChanged(camera: Camera, values: CameraValues, key: SourceKey): boolean {
  return connectionKey(valuesOf(camera), key) !== connectionKey(values, key);
}

/** What the camera sends now, where that is the connection of the form. Only the main stream says so. */
function runningStreams(camera: Camera, values: CameraValues, key: SourceKey) {
  const streams = camera.status?.streams ?? [];
  return key === "main" && streams.length > 0 && !isConnectionChanged(camera, values, key)
    ? streams
    : undefined;
}

function soundOf(camera: Camera, values: CameraValues, checks: Checks): boolean | undefined {
  const streams = foundOf(checks.main)?.streams ?? runningStreams(camera, values, "main");
  return streams && hasAudio(streams);
}
