/** The keys of the live page, in a dialog. */
import { Kbd, Modal, Stack, Table, Title } from "@mantine/core";
import { keySign, LIVE_KEYS, type LiveAction, type LiveKey } from "../../live/liveKeys";
import classes from "./KeyHelp.module.css";

const PLACES: readonly { where: LiveKey["where"]; title: string }[] = [
  { where: "always", title: "Always" },
  { where: "all cameras", title: "With all cameras" },
  { where: "one camera", title: "With one camera" },
];

interface Props {
  isOpen: boolean;
  /** What this browser cannot do. */
  missing: ReadonlySet<LiveAction>;
  onClose: () => void;
}

export function KeyHelp({ isOpen, missing, onClose }: Props) {
  const rows = (Object.entries(LIVE_KEYS) as [LiveAction, LiveKey][]).filter(
    ([action]) => !missing.has(action),
  );
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
          {PLACES.map(({ where, title }) => (
            <section key={where}>
              <Title order={3} size="h6">
                {title}
              </Title>
              <Table aria-label={title} verticalSpacing={4} horizontalSpacing={0}>
                <Table.Tbody>
                  {rows
                    .filter(([, row]) => row.where === where)
                    .map(([action, { keys, does }]) => (
                      <Table.Tr key={action}>
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
        </Stack>
      </Modal>
    </div>
  );
}
