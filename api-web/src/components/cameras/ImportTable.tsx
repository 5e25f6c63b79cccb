/** The cameras of a file, and what came of each. */
import { Badge, Table, Text } from "@mantine/core";
import { asSentence, type ErrorWords } from "../../api/errors";
import type { Camera } from "../../gen/ronin/v1/camera_pb";

/** How far a camera of the file is. */
export type ImportState =
  | { kind: "checking" }
  | { kind: "good" }
  | { kind: "known" }
  | { kind: "refused"; words: ErrorWords }
  | { kind: "adding" }
  | { kind: "added" };

export interface ImportRow {
  camera: Camera;
  state: ImportState;
}

export function ImportTable({ rows }: { rows: readonly ImportRow[] }) {
  return (
    <Table.ScrollContainer minWidth={420}>
      <Table aria-label="Cameras of the file" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Camera</Table.Th>
            <Table.Th>Address</Table.Th>
            <Table.Th>State</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map(({ camera, state }, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a file keep their places.
            <Table.Tr key={index}>
              <Table.Th scope="row" fw={500}>
                {camera.displayName || camera.id || `Camera ${index + 1}`}
              </Table.Th>
              <Table.Td>{addressOf(camera)}</Table.Td>
              <Table.Td>
                <State state={state} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

const WORDS = {
  checking: { text: "Being checked", color: "gray" },
  good: { text: "Can be added", color: "blue" },
  known: { text: "Is there already", color: "gray" },
  adding: { text: "Being added", color: "gray" },
  added: { text: "Added", color: "teal" },
} as const;

function State({ state }: { state: ImportState }) {
  if (state.kind === "refused") {
    const { title, message, fields } = state.words;
    const why = fields.length > 0 ? fields.map(({ description }) => description) : [message];
    return (
      <Text size="sm" c="var(--mantine-color-error)">
        {title}: {why.map(asSentence).join(" ")}
      </Text>
    );
  }
  const { text, color } = WORDS[state.kind];
  return (
    <Badge variant="light" color={color}>
      {text}
    </Badge>
  );
}

/** Without user name and password. */
function addressOf({ main }: Camera): string {
  if (main === undefined) {
    return "";
  }
  if (main.url !== "") {
    return main.url.replace(/\/\/[^/@]*@/, "//");
  }
  const port = main.port === 0 ? "" : `:${main.port}`;
  return `${main.host}${port}${main.path}`;
}
