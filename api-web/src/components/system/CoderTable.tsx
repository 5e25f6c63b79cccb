/** Encoders or decoders of the server, the best first, and in words which one does the work. */
import { Badge, Stack, Table, Text } from "@mantine/core";
import { IconBolt } from "@tabler/icons-react";
import type { Coder } from "../../gen/ronin/v1/system_pb";
import { deviceWords } from "../../lib/coderWords";

interface Props {
  label: string;
  coders: readonly Coder[];
  /** Which one does the work. */
  words: string;
}

export function CoderTable({ label, coders, words }: Props) {
  return (
    <Stack gap="xs">
      <Text size="sm" c="dimmed">
        {words}
      </Text>
      {coders.length > 0 && (
        <Table aria-label={label} verticalSpacing={5} horizontalSpacing={6} fz="sm">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Codec</Table.Th>
              <Table.Th>Runs on</Table.Th>
              <Table.Th>Use</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {coders.map((coder) => (
              <Table.Tr key={coder.name}>
                <Table.Th scope="row" ff="monospace" fw={400}>
                  {coder.name}
                </Table.Th>
                <Table.Td>{coder.codec}</Table.Td>
                <Table.Td>
                  {coder.hardware ? (
                    <Badge
                      variant="default"
                      bg="transparent"
                      leftSection={<IconBolt size={12} aria-hidden />}
                    >
                      {deviceWords(coder.device)}, hardware
                    </Badge>
                  ) : (
                    deviceWords(coder.device)
                  )}
                </Table.Td>
                <Table.Td>{wordsOfUse(coder)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}

function wordsOfUse({ used, best }: Coder): string {
  if (used) {
    return best ? "In use, first choice" : "In use";
  }
  return best ? "First choice" : "–";
}
