/** Replays that were made before, to be looked at again. */
import { Table, Text, UnstyledButton } from "@mantine/core";
import type { Replay } from "../../gen/ronin/v1/detection_pb";
import { replayStateWords } from "../../lib/replays";
import { dateTime, duration, timestampMs } from "../../lib/time";

interface Props {
  replays: readonly Replay[];
  /** Name of the one that is shown. */
  shown: string | undefined;
  onShow: (name: string) => void;
}

export function ReplayList({ replays, shown, onShow }: Props) {
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table aria-label="Earlier replays" verticalSpacing={4} horizontalSpacing={6} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Started</Table.Th>
            <Table.Th>Footage</Table.Th>
            <Table.Th>Model</Table.Th>
            <Table.Th>State</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {replays.map((replay) => (
            <Table.Tr key={replay.name}>
              <Table.Th scope="row" fw={400}>
                <UnstyledButton
                  c="var(--mantine-color-anchor)"
                  fz="sm"
                  aria-pressed={replay.name === shown}
                  onClick={() => onShow(replay.name)}
                >
                  {dateTime(ms(replay.createTime))}
                </UnstyledButton>
              </Table.Th>
              <Table.Td>
                {dateTime(ms(replay.startTime))},{" "}
                {duration(ms(replay.endTime) - ms(replay.startTime))}
              </Table.Td>
              <Table.Td>
                <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                  {replay.model}
                </Text>
              </Table.Td>
              <Table.Td>{replayStateWords(replay)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function ms(time: Replay["startTime"]): number {
  return timestampMs(time) ?? 0;
}
