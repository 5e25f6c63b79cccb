/** Counters of a camera's graph, a column for each branch. */
import { Table, Text } from "@mantine/core";
import type { BranchStats, GetPipelineStatsResponse } from "../../gen/ronin/v1/system_pb";
import { duration } from "../../lib/time";
import { bytes, count } from "../../lib/units";

const BRANCH_NAMES: Readonly<Record<string, string>> = {
  source: "Camera",
  record: "Disk",
  live: "Viewers",
};

const COUNTERS: readonly { label: string; value: (branch: BranchStats) => string }[] = [
  { label: "Pictures", value: (branch) => count(branch.frames) },
  { label: "Data", value: (branch) => bytes(branch.bytes) },
  { label: "Dropped", value: (branch) => count(branch.droppedFrames) },
  { label: "Waiting", value: (branch) => `${count(branch.queuedMs)} ms` },
  { label: "Last picture", value: (branch) => `${duration(Number(branch.lastFrameAgeMs))} ago` },
];

export function PipelineStats({ stats }: { stats: GetPipelineStatsResponse }) {
  if (stats.branches.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing is counted while the camera is not connected.
      </Text>
    );
  }
  return (
    <Table verticalSpacing={5} horizontalSpacing={6} withRowBorders={false} fz="sm">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Counter</Table.Th>
          {stats.branches.map(({ branch }) => (
            <Table.Th key={branch} ta="right">
              {BRANCH_NAMES[branch] ?? branch}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
        {COUNTERS.map(({ label, value }) => (
          <Table.Tr key={label}>
            <Table.Th scope="row" fw={400} c="dimmed">
              {label}
            </Table.Th>
            {stats.branches.map((branch) => (
              <Table.Td key={branch.branch} ta="right">
                {value(branch)}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
