/** What is missing of a day, a line for each gap: when, how long, and why. */
import { Button, Stack, Table, Text } from "@mantine/core";
import { useState } from "react";
import { asSentence } from "../../api/errors";
import { clockTime, duration } from "../../lib/time";
import type { GapSpan } from "../../lib/timelineSpans";

/** A bad day may have hundreds. */
const SHOWN = 6;

export function GapList({ gaps }: { gaps: readonly GapSpan[] }) {
  const [isWhole, setWhole] = useState(false);
  if (gaps.length === 0) {
    return null;
  }
  const shown = isWhole ? gaps : gaps.slice(0, SHOWN);
  return (
    <Stack gap={4}>
      <Table verticalSpacing={4} horizontalSpacing={6} aria-label="Gaps of the day">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>From</Table.Th>
            <Table.Th>To</Table.Th>
            <Table.Th>Missing</Table.Th>
            <Table.Th>Why</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody style={{ fontVariantNumeric: "tabular-nums" }}>
          {shown.map((gap) => (
            <Table.Tr key={gap.startMs}>
              <Table.Td>{clockTime(gap.startMs)}</Table.Td>
              <Table.Td>{clockTime(gap.endMs)}</Table.Td>
              <Table.Td style={{ whiteSpace: "nowrap" }}>
                {duration(gap.endMs - gap.startMs)}
              </Table.Td>
              <Table.Td>
                <Text
                  size="sm"
                  style={{ overflowWrap: "anywhere" }}
                  c={gap.kind === "lost" ? undefined : "dimmed"}
                >
                  {asSentence(gap.message || gap.cause)}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {gaps.length > SHOWN && (
        <div>
          <Button
            size="compact-sm"
            variant="subtle"
            aria-expanded={isWhole}
            onClick={() => setWhole(!isWhole)}
          >
            {isWhole ? "Show fewer" : `Show all ${gaps.length} gaps`}
          </Button>
        </div>
      )}
    </Stack>
  );
}
