/** In which zones the object was, and for how long. */
import { Table, Text } from "@mantine/core";
import type { ZoneVisit } from "../../gen/ronin/v1/event_pb";
import { clockTime, duration, timestampMs } from "../../lib/time";

export function ZoneVisits({ zones }: { zones: readonly ZoneVisit[] }) {
  if (zones.length === 0) {
    return <Text size="sm">It was in no zone.</Text>;
  }
  return (
    <Table verticalSpacing={4} horizontalSpacing={6} aria-label="Zones visited">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Zone</Table.Th>
          <Table.Th>From</Table.Th>
          <Table.Th>Stayed</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
        {zones.map((visit) => {
          const enterMs = timestampMs(visit.enterTime) ?? 0;
          return (
            <Table.Tr key={`${visit.zone} ${enterMs}`}>
              <Table.Td style={{ overflowWrap: "anywhere" }}>{visit.zone}</Table.Td>
              <Table.Td>{clockTime(enterMs)}</Table.Td>
              <Table.Td>{stayWords(visit, enterMs)}</Table.Td>
            </Table.Tr>
          );
        })}
      </Table.Tbody>
    </Table>
  );
}

/** "12 s", "1 min 5 s, loitered", "is there" */
function stayWords({ leaveTime, loitered }: ZoneVisit, enterMs: number): string {
  const leaveMs = timestampMs(leaveTime);
  const stay = leaveMs === undefined ? "is there" : duration(leaveMs - enterMs);
  return loitered ? `${stay}, loitered` : stay;
}
