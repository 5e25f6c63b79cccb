/** One camera: live picture, status, streams, counters, and the footage of a day. */
import { Anchor, Button, Grid, Group, Stack } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import {
  IconActivity,
  IconDatabase,
  IconEdit,
  IconInfoCircle,
  IconMovie,
  IconObjectScan,
  IconRefresh,
  IconTrash,
} from "@tabler/icons-react";
import { memo, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { useCamera } from "../api/cameras";
import { describeError } from "../api/errors";
import { usePipelineStats } from "../api/pipeline";
import { useStorage } from "../api/storage";
import { CameraBadges, CameraTrouble } from "../components/cameras/CameraStatus";
import { CameraUsageFacts } from "../components/cameras/CameraUsageFacts";
import { PipelineStats } from "../components/cameras/PipelineStats";
import { StreamList } from "../components/cameras/StreamList";
import { ErrorNotice } from "../components/ErrorNotice";
import { type Fact, Facts } from "../components/Facts";
import { Loading } from "../components/Loading";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { usageOf } from "../lib/cameraUsage";
import { addressWords, transportWords } from "../lib/cameraWords";
import { policyWords } from "../lib/h265";
import { dateTime, timestampMs } from "../lib/time";
import { limitWords } from "../lib/volumes";
import { CameraEvents } from "./CameraEvents";
import { CameraFootage } from "./CameraFootage";
import { LiveCamera } from "./LiveCamera";
import { NoSuchCamera } from "./NoSuchCamera";
import { useCameraManagement } from "./useCameraManagement";

export function CameraPage() {
  const { id = "" } = useParams();
  const { camera, isPending, error, refetch } = useCamera(id);
  useDocumentTitle(`${camera?.displayName ?? "Camera"} · RoninNVR`);

  if (isPending) {
    return <Loading>Loading the camera</Loading>;
  }
  if (error && camera === undefined) {
    return <ErrorNotice words={describeError(error)} onRetry={() => void refetch()} />;
  }
  return camera ? <CameraDetails camera={camera} /> : <NoSuchCamera id={id} />;
}

/** Drawn anew where the camera changes, not with each moment of the address. */
const CameraDetails = memo(function CameraDetails({ camera }: { camera: Camera }) {
  const navigate = useNavigate();
  const management = useCameraManagement(() => void navigate("/cameras"));
  const [isAudible, setAudible] = useState(false);

  return (
    <>
      <PageHeader
        back={{ to: "/cameras", label: "Cameras" }}
        title={camera.displayName}
        actions={
          <>
            <Button
              variant="default"
              leftSection={<IconRefresh size={16} aria-hidden />}
              disabled={camera.enabled === false}
              onClick={() => management.restartCamera(camera)}
            >
              Restart
            </Button>
            <Button
              variant="default"
              component={Link}
              to={`/cameras/${camera.id}/detection`}
              leftSection={<IconObjectScan size={16} aria-hidden />}
            >
              Detection
            </Button>
            <Button
              variant="default"
              component={Link}
              to={`/cameras/${camera.id}/edit`}
              leftSection={<IconEdit size={16} aria-hidden />}
            >
              Edit
            </Button>
            <Button
              variant="default"
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() => management.deleteCamera(camera)}
            >
              Remove…
            </Button>
          </>
        }
      />
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="md">
            <div style={{ aspectRatio: "16 / 9", maxHeight: "72vh" }}>
              <LiveCamera camera={camera} isAudible={isAudible} onAudible={setAudible} isZoomed />
            </div>
            <CameraFootage camera={camera} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="md">
            <Panel title="Status" icon={<IconInfoCircle size={18} />}>
              <Stack gap="sm">
                <CameraBadges camera={camera} />
                <CameraTrouble camera={camera} isDetailed />
                <Facts facts={cameraFacts(camera)} />
              </Stack>
            </Panel>
            <CameraEvents camera={camera} />
            <Panel title="Streams" icon={<IconMovie size={18} />}>
              <StreamList streams={camera.status?.streams ?? []} />
            </Panel>
            <CameraDisk camera={camera} />
            <CameraStats camera={camera} />
          </Stack>
        </Grid.Col>
      </Grid>
      {management.dialog}
    </>
  );
});

function CameraDisk({ camera }: { camera: Camera }) {
  const storage = useStorage();
  const usage = usageOf(storage.data, camera.name);
  return (
    <Panel title="Storage" icon={<IconDatabase size={18} />}>
      {usage && <CameraUsageFacts id={camera.id} usage={usage} />}
      {!storage.data && storage.error && <ErrorNotice words={describeError(storage.error)} />}
      {storage.isPending && <Loading>Asking for the disk</Loading>}
    </Panel>
  );
}

function CameraStats({ camera }: { camera: Camera }) {
  const stats = usePipelineStats(camera.name);
  return (
    <Panel
      title="Pipeline"
      icon={<IconActivity size={18} />}
      aside={
        <Anchor component={Link} to={`/cameras/${camera.id}/pipeline`} size="sm">
          What the numbers mean, and the graph
        </Anchor>
      }
    >
      {stats.data && <PipelineStats stats={stats.data} />}
      {!stats.data && stats.error && <ErrorNotice words={describeError(stats.error)} />}
      {stats.isPending && <Loading>Loading counters</Loading>}
    </Panel>
  );
}

function cameraFacts(camera: Camera): Fact[] {
  const { main, sub, record } = camera;
  const created = timestampMs(camera.createTime);
  return [
    {
      label: "Address",
      value: <span style={{ fontFamily: "monospace" }}>{addressWords(camera)}</span>,
    },
    ...(main ? [{ label: "Transport", value: transportWords(main.transport) }] : []),
    ...(main?.username ? [{ label: "Signs in as", value: main.username }] : []),
    { label: "Sub stream", value: sub ? sub.path || sub.host : "None" },
    {
      label: "Recording",
      value: record?.enabled === false ? "Off" : record?.audio === false ? "Video only" : "On",
    },
    {
      label: "Kept",
      value: limitWords(record?.retentionDays, record?.retentionMaxBytes) ?? "As all cameras",
    },
    {
      label: "Encoded anew",
      value: record?.h265 ? `As H.265 ${policyWords(record.h265)}` : "No",
    },
    ...clockFact(camera.status?.clockOffsetSeconds),
    ...(created === undefined ? [] : [{ label: "Added", value: dateTime(created) }]),
    {
      label: "Id",
      value: <Group component="span">{camera.id}</Group>,
    },
  ];
}

function clockFact(offsetSeconds: number | undefined): Fact[] {
  if (offsetSeconds === undefined) {
    return [];
  }
  const off = Math.abs(offsetSeconds);
  const side = offsetSeconds < 0 ? "behind" : "ahead";
  return [{ label: "Its clock", value: off < 0.1 ? "right" : `${off.toFixed(1)} s ${side}` }];
}
