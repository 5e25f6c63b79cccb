/** A dialog with the keys of the footage player and of the bar. */
import { Kbd, Modal, Stack, Table, Text } from "@mantine/core";
import { type Key, keyName, PLAYER_KEYS } from "../../lib/playerKeys";
import { BAR_KEYS } from "./barKeys";

export function KeyHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Keys">
      <Stack gap="md">
        <KeyTable title="Player" keys={PLAYER_KEYS} />
        <KeyTable title="Bar of the day, when it has the focus" keys={BAR_KEYS} />
        <Text size="sm" c="dimmed">
          On the bar a wheel zooms, and with Shift moves; so do two fingers, and dragging.
        </Text>
      </Stack>
    </Modal>
  );
}

function KeyTable({ title, keys }: { title: string; keys: readonly Key[] }) {
  return (
    <Table verticalSpacing={4} captionSide="top" aria-label={title}>
      <Table.Caption mt={0} ta="left">
        {title}
      </Table.Caption>
      <Table.Tbody>
        {keys.map(({ key, words }) => (
          <Table.Tr key={key}>
            <Table.Th scope="row" w={110}>
              <Kbd>{keyName(key)}</Kbd>
            </Table.Th>
            <Table.Td>{words}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
