/**
 * What is looked for in a camera's pictures: zones and masks, objects, times; what the detector sees
 * right now; and what it would have made of recorded footage.
 */
import { Anchor, Button, Grid, Group, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import {
  IconCalendarTime,
  IconDeviceFloppy,
  IconMovie,
  IconPolygon,
  IconRefresh,
  IconRun,
  IconUserSearch,
} from "@tabler/icons-react";
import type { CSSProperties } from "react";
import { Link, useParams } from "react-router";
import { useCamera } from "../api/cameras";
import { asSentence, describeError } from "../api/errors";
import { previewPath } from "../api/media";
import { useModels } from "../api/models";
import { useRole } from "../api/role";
import { useStillPicture } from "../api/snapshot";
import { MotionFields } from "../components/cameras/MotionFields";
import { ObjectFields } from "../components/detect/ObjectFields";
import { RollFields } from "../components/detect/RollFields";
import { ZoneEditor } from "../components/detect/ZoneEditor";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { ScheduleFields } from "../components/ScheduleFields";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { pathWords } from "../lib/detectForm";
import { runningModel } from "../lib/modelWords";
import { usePictureUrl } from "../lib/usePictureUrl";
import { DetectionPreview } from "./DetectionPreview";
import { DetectionReplay } from "./DetectionReplay";
import { NoSuchCamera } from "./NoSuchCamera";
import { useDetectForm } from "./useDetectForm";
import { useUnsavedGuard } from "./useUnsavedGuard";

export function DetectionPage() {
  const { id = "" } = useParams();
  const { camera, isPending, error, refetch } = useCamera(id);
  useDocumentTitle(`Detection of ${camera?.displayName ?? "camera"} · RoninNVR`);

  if (isPending) {
    return <Loading>Loading the camera</Loading>;
  }
  if (error && camera === undefined) {
    return <ErrorNotice words={describeError(error)} onRetry={() => void refetch()} />;
  }
  return camera ? <Detection key={camera.name} camera={camera} /> : <NoSuchCamera id={id} />;
}

type Form = ReturnType<typeof useDetectForm>;

function Detection({ camera }: { camera: Camera }) {
  const form = useDetectForm(camera);
  const guard = useUnsavedGuard(form.paths.length > 0);
  const models = useModels();
  const model = runningModel(models.data?.models ?? []);
  const labels = model?.labels ?? [];
  const still = usePicture(camera);
  const { values, change, errors } = form;

  return (
    <>
      <PageHeader
        back={{ to: `/cameras/${camera.id}`, label: camera.displayName }}
        title={`Detection of ${camera.displayName}`}
        description="What is looked for in its pictures, where and when."
      />
      <Stack gap="md">
        {models.data && models.data.message !== "" && (
          <Text size="sm" role="note">
            {model ? "" : "No objects are looked for. "}
            {asSentence(models.data.message)}{" "}
            <Anchor component={Link} to="/system" size="sm" inherit underline="always">
              Models and how to get one
            </Anchor>
          </Text>
        )}
        {form.conflict && (
          <ErrorNotice
            words={{
              ...form.conflict,
              whatToDo: ["Load the newest settings and make your change again."],
            }}
            onRetry={form.loadNewest}
            retryLabel="Load the newest settings"
          />
        )}
        <form
          ref={form.ref}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void form.save();
          }}
        >
          <Stack gap="md">
            <Grid gap="md">
              <Grid.Col span={{ base: 12, lg: 7 }}>
                <Panel
                  title="Zones and masks"
                  icon={<IconPolygon size={18} />}
                  aside={
                    <Button
                      size="compact-sm"
                      variant="default"
                      leftSection={<IconRefresh size={14} aria-hidden />}
                      loading={still.isLoading}
                      onClick={still.refresh}
                    >
                      New picture
                    </Button>
                  }
                >
                  <ZoneEditor
                    picture={still.picture}
                    pictureWords={still.words}
                    values={values}
                    onChange={change}
                    errors={errors}
                    labels={labels}
                  />
                </Panel>
              </Grid.Col>
              <Grid.Col span={{ base: 12, lg: 5 }}>
                <DetectionPreview camera={camera} values={values} />
              </Grid.Col>
            </Grid>
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
              <Panel title="Objects" icon={<IconUserSearch size={18} />}>
                <ObjectFields
                  values={values}
                  onChange={change}
                  errors={errors}
                  labels={labels}
                  picture={still.picture}
                />
              </Panel>
              <Stack gap="md">
                <Panel title="Motion" icon={<IconRun size={18} />}>
                  <MotionFields
                    isOn={values.motion}
                    sensitivity={values.sensitivity}
                    hasSub={camera.sub !== undefined}
                    onSwitch={(motion) => change({ motion })}
                    onSensitivity={(sensitivity) => change({ sensitivity })}
                  />
                </Panel>
                <Panel title="Times" icon={<IconCalendarTime size={18} />}>
                  <ScheduleFields
                    label="Events are made"
                    hint="Motion is looked for at any time, and everything is recorded as before."
                    values={values}
                    onChange={change}
                    errors={errors}
                  />
                </Panel>
                <Panel title="Footage of an event" icon={<IconMovie size={18} />}>
                  <RollFields values={values} onChange={change} errors={errors} />
                </Panel>
              </Stack>
            </SimpleGrid>
            {form.failure && <ErrorNotice words={form.failure} fields={form.failure.fields} />}
            <SaveBar form={form} />
          </Stack>
        </form>
        <DetectionReplay
          camera={camera}
          models={models.data?.models ?? []}
          settings={form.settings}
          onRefused={form.refuse}
        />
      </Stack>
      {guard}
    </>
  );
}

/** While there is something to save. */
const STAYS_IN_SIGHT: CSSProperties = {
  position: "sticky",
  bottom: 8,
  zIndex: 5,
  boxShadow: "var(--mantine-shadow-md)",
};

function SaveBar({ form }: { form: Form }) {
  const { isAdmin } = useRole();
  const isDirty = form.paths.length > 0;
  return (
    <Paper
      withBorder
      p="xs"
      bg="var(--panel-background)"
      {...(isDirty && { style: STAYS_IN_SIGHT })}
    >
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed" role="status" aria-label="Changes">
          {isDirty ? `Not saved: ${pathWords(form.paths)}.` : "Everything is saved."}
          {isDirty && !isAdmin && " Only an administrator can save it."}
        </Text>
        <Group gap="xs">
          <Button variant="default" disabled={!isDirty || form.isSaving} onClick={form.discard}>
            Discard changes
          </Button>
          <Button
            type="submit"
            disabled={!isDirty || !isAdmin}
            loading={form.isSaving}
            leftSection={<IconDeviceFloppy size={16} aria-hidden />}
          >
            Save changes
          </Button>
        </Group>
      </Group>
    </Paper>
  );
}

/** A picture to draw on: as the camera sends it now, else the last one of its footage. */
function usePicture(camera: Camera) {
  const snapshot = useStillPicture(camera.name);
  const url = usePictureUrl(snapshot.data?.image);
  const isMissing = snapshot.isError && !snapshot.data;
  return {
    picture:
      url ?? (isMissing ? previewPath(camera.id, snapshot.errorUpdatedAt, "large") : undefined),
    words: snapshot.isPending
      ? "The picture is asked for."
      : "There is no picture of this camera. Areas can be drawn all the same.",
    isLoading: snapshot.isFetching,
    refresh: () => void snapshot.refetch(),
  };
}
