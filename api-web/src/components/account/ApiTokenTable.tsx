/** The API tokens there are, and a way to revoke each. */
import { Button, Table, Text } from "@mantine/core";
import type { ApiToken } from "../../gen/ronin/v1/auth_pb";
import { dateTime, timestampMs } from "../../lib/time";

interface Props {
  tokens: readonly ApiToken[];
  onRevoke: (token: ApiToken) => void;
}

export function ApiTokenTable({ tokens, onRevoke }: Props) {
  if (tokens.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        There are none yet. A token lets a script or another program use the API in your name.
      </Text>
    );
  }
  return (
    <Table.ScrollContainer minWidth={480}>
      <Table verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Name</Table.Th>
            <Table.Th>Made</Table.Th>
            <Table.Th>Last used</Table.Th>
            <Table.Th>Ends</Table.Th>
            <Table.Th ta="right">Actions</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => (
            <Table.Tr key={token.id}>
              <Table.Td>{token.displayName}</Table.Td>
              <Table.Td>{when(timestampMs(token.createTime), "Unknown")}</Table.Td>
              <Table.Td>{when(timestampMs(token.lastUsedTime), "Never")}</Table.Td>
              <Table.Td>{when(timestampMs(token.expireTime), "Never")}</Table.Td>
              <Table.Td ta="right">
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={`Revoke ${token.displayName}`}
                  onClick={() => onRevoke(token)}
                >
                  Revoke…
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function when(ms: number | undefined, unset: string): string {
  return ms === undefined ? unset : dateTime(ms);
}
