/**
 * The pipelines of all cameras in a table. Each row asks for its own numbers, and only while it is
 * seen: a hundred cameras are no hundred requests.
 */
import { Table, Text } from "@mantine/core";
import { useInViewport } from "@mantine/hooks";
import { useCameras } from "../api/cameras";
import { usePipelineStats } from "../api/pipeline";
import { Loading } from "../components/Loading";
import { CameraNumbersRow } from "../components/system/CameraNumbersRow";
import type { Camera } from "../gen/ronin/v1/camera_pb";

export function AllPipelines() {
  const { cameras } = useCameras();
  if (cameras === undefined) {
    return <Loading>Loading cameras</Loading>;
  }
  if (cameras.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        There are no cameras yet. Add one, and what comes from it is shown here.
      </Text>
    );
  }
  return (
    <>
      <Table.ScrollContainer minWidth={640}>
        <Table aria-label="Pipelines" verticalSpacing={8} horizontalSpacing="sm" fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Camera</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th ta="right">Frame rate</Table.Th>
              <Table.Th ta="right">Bit rate</Table.Th>
              <Table.Th ta="right">Dropped</Table.Th>
              <Table.Th ta="right">Waiting</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {cameras.map((camera) => (
              <Row key={camera.name} camera={camera} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Text size="xs" c="dimmed" mt="xs">
        Rates are measured over the last four seconds. Dropped are pictures that were left out since
        the camera connected because a queue was full. Waiting is the fullest queue now, and the
        most that one has held.
      </Text>
    </>
  );
}

function Row({ camera }: { camera: Camera }) {
  const { ref, inViewport } = useInViewport<HTMLTableRowElement>();
  const isShown = inViewport && camera.enabled !== false;
  const { data } = usePipelineStats(camera.name, isShown);
  return (
    <CameraNumbersRow
      ref={ref}
      camera={camera}
      stats={camera.enabled === false ? undefined : data}
    />
  );
}
