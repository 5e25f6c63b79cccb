/** What a camera's pipeline does: its numbers with what they mean, and its graph as a drawing. */
import { Grid, Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconActivity, IconList, IconNetwork, IconSitemap } from "@tabler/icons-react";
import { useParams } from "react-router";
import { useCamera } from "../api/cameras";
import { describeError } from "../api/errors";
import { usePipelineGraph, usePipelineStats } from "../api/pipeline";
import { CameraBadges, CameraTrouble } from "../components/cameras/CameraStatus";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { ElementList } from "../components/pipeline/ElementList";
import { GraphView } from "../components/pipeline/GraphView";
import { MeasureTable } from "../components/pipeline/MeasureTable";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import type { GetPipelineStatsResponse } from "../gen/ronin/v1/system_pb";
import {
  BRANCH_MEASURES,
  branchName,
  CONNECTION_MEASURES,
  mediaName,
  PACKET_MEASURES,
} from "../lib/pipelineWords";
import { NoSuchCamera } from "./NoSuchCamera";

export function PipelinePage() {
  const { id = "" } = useParams();
  const { camera, isPending, error, refetch } = useCamera(id);
  useDocumentTitle(`Pipeline of ${camera?.displayName ?? "camera"} · RoninNVR`);

  if (isPending) {
    return <Loading>Loading the camera</Loading>;
  }
  if (error && camera === undefined) {
    return <ErrorNotice words={describeError(error)} onRetry={() => void refetch()} />;
  }
  return camera ? <Pipeline camera={camera} /> : <NoSuchCamera id={id} />;
}

function Pipeline({ camera }: { camera: Camera }) {
  return (
    <>
      <PageHeader
        back={{ to: `/cameras/${camera.id}`, label: camera.displayName }}
        title={`Pipeline of ${camera.displayName}`}
        description="The way of its pictures from the camera to disk and viewers."
      />
      <Stack gap="md">
        <CameraBadges camera={camera} />
        <CameraTrouble camera={camera} />
        <Numbers camera={camera} />
        <Graph camera={camera} />
      </Stack>
    </>
  );
}

function Numbers({ camera }: { camera: Camera }) {
  const { data, error, isPending, refetch } = usePipelineStats(camera.name);
  if (data === undefined) {
    return isPending ? (
      <Loading>Loading numbers</Loading>
    ) : (
      <ErrorNotice words={describeError(error)} onRetry={() => void refetch()} />
    );
  }
  return (
    <Grid gap="md">
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Panel title="Branches" icon={<IconActivity size={18} />}>
          {data.branches.length === 0 ? (
            <Text size="sm" c="dimmed">
              Nothing is counted while the camera is not connected.
            </Text>
          ) : (
            <MeasureTable
              label="Branches"
              measures={BRANCH_MEASURES}
              columns={data.branches.map((of) => ({ name: branchName(of.branch), of }))}
            />
          )}
        </Panel>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Connection stats={data} />
      </Grid.Col>
    </Grid>
  );
}

function Connection({ stats }: { stats: GetPipelineStatsResponse }) {
  const packets = stats.source?.packets ?? [];
  return (
    <Panel title="Connection" icon={<IconNetwork size={18} />}>
      <Stack gap="md">
        <MeasureTable
          label="Connection"
          measures={CONNECTION_MEASURES}
          columns={[{ name: "", of: stats }]}
          isWordy
        />
        {packets.length > 0 && (
          <MeasureTable
            label="Packets"
            measures={PACKET_MEASURES}
            columns={packets.map((of) => ({ name: mediaName(of.media), of }))}
          />
        )}
      </Stack>
    </Panel>
  );
}

function Graph({ camera }: { camera: Camera }) {
  const { data, error, isPending, refetch } = usePipelineGraph(camera.name);
  return (
    <>
      <Panel title="Graph" icon={<IconSitemap size={18} />}>
        {isPending && <Loading>Loading the graph</Loading>}
        {error && data === undefined && (
          <ErrorNotice words={describeError(error)} onRetry={() => void refetch()} />
        )}
        {data?.dot === "" && (
          <Text size="sm" c="dimmed">
            There is none while the camera is not connected.
          </Text>
        )}
        {data !== undefined && data.dot !== "" && (
          <GraphView dot={data.dot} name={camera.displayName} fileName={`${camera.id}-pipeline`} />
        )}
      </Panel>
      {data !== undefined && (
        <Panel title="Elements" icon={<IconList size={18} />}>
          <ElementList elements={data.elements} />
        </Panel>
      )}
    </>
  );
}
