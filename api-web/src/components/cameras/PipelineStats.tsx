/** The main numbers of a camera's pipeline, a column for each branch. */
import { Table, Text } from "@mantine/core";
import type { GetPipelineStatsResponse } from "../../gen/ronin/v1/system_pb";
import { BRANCH_MEASURES, branchName } from "../../lib/pipelineWords";

/** What is worth a place beside the live picture; the camera's page of its pipeline has the rest. */
const SHOWN = new Set(["Frame rate", "Pictures", "Data", "Dropped", "Waiting", "Last picture"]);
const MEASURES = BRANCH_MEASURES.filter(({ label }) => SHOWN.has(label));

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
              {branchName(branch)}
            </Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
        {MEASURES.map(({ label, value }) => (
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
