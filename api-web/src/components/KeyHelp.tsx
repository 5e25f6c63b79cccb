/** The keys of a page, in a dialog. */
import { Kbd, Modal, Stack, Table, Text, Title } from "@mantine/core";
import { memo } from "react";
import { type KeyGroup, keySign } from "../lib/keys";
import classes from "./KeyHelp.module.css";

interface Props {
  isOpen: boolean;
  groups: readonly KeyGroup[];
  /** What can be done without keys. */
  note?: string;
  onClose: () => void;
}

/** Drawn anew where it changes: beside it something plays. */
export const KeyHelp = memo(function KeyHelp({ isOpen, groups, note, onClose }: Props) {
  return (
    <div className={classes.dialog}>
      <Modal
        opened={isOpen}
        onClose={onClose}
        title="Keys"
        // In full screen nothing outside of the page's own element is seen.
        withinPortal={false}
      >
        <Stack gap="md">
          {groups.map(({ title, rows }) => (
            <section key={title}>
              <Title order={3} size="h6">
                {title}
              </Title>
              <Table aria-label={title} verticalSpacing={4} horizontalSpacing={0}>
                <Table.Tbody>
                  {rows.map(({ keys, does }) => (
                    <Table.Tr key={does}>
                      <Table.Th scope="row" className={classes.keys ?? ""}>
                        {keys.map((key) => (
                          <Kbd key={key} className={classes.key ?? ""}>
                            {keySign(key)}
                          </Kbd>
                        ))}
                      </Table.Th>
                      <Table.Td>{does}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            </section>
          ))}
          {note && (
            <Text size="sm" c="dimmed">
              {note}
            </Text>
          )}
        </Stack>
      </Modal>
    </div>
  );
});
