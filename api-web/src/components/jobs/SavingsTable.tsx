/** What came of encoding footage anew, camera by camera. */
import { Anchor, Badge, Table, Text } from "@mantine/core";
import { Link } from "react-router";
import { cameraIdOf } from "../../lib/events";
import {
  filesWords,
  leftWords,
  type Savings,
  savedWords,
  sizeWords,
  speedWords,
} from "../../lib/savings";
import { duration } from "../../lib/time";

interface Props {
  rows: readonly Savings[];
  /** Display names by "cameras/{id}"; those that were removed are not among them. */
  cameraNames: ReadonlyMap<string, string>;
}

export function SavingsTable({ rows, cameraNames }: Props) {
  return (
    <Table.ScrollContainer minWidth={560} scrollAreaProps={{ viewportProps: SCROLLED_BY_KEYS }}>
      <Table verticalSpacing={8} horizontalSpacing="sm" aria-label="Savings by camera">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Camera</Table.Th>
            <Table.Th ta="right">Encoded</Table.Th>
            <Table.Th ta="right">Saved</Table.Th>
            <Table.Th ta="right">Speed</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Row key={row.camera} row={row} name={cameraNames.get(row.camera)} />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

/** It may hold nothing that takes the focus. */
const SCROLLED_BY_KEYS = { tabIndex: 0, role: "group", "aria-label": "Savings by camera" };

function Row({ row, name }: { row: Savings; name: string | undefined }) {
  const id = cameraIdOf(row.camera);
  const left = leftWords(row);
  const isEncoded = row.files > 0;
  return (
    <Table.Tr style={{ verticalAlign: "top" }}>
      <Table.Th scope="row" fw={600}>
        {name === undefined ? (
          <>
            {id}{" "}
            <Badge size="sm" variant="default" c="dimmed">
              removed
            </Badge>
          </>
        ) : (
          <Anchor component={Link} to={`/cameras/${id}`} size="sm" fw={600}>
            {name}
          </Anchor>
        )}
        {left && <Small>{left}</Small>}
      </Table.Th>
      <Numbers above={filesWords(row.files)} below={isEncoded ? duration(row.footageMs) : ""} />
      <Numbers above={isEncoded ? savedWords(row) : "–"} below={isEncoded ? sizeWords(row) : ""} />
      <Numbers above={speedWords(row) ?? "–"} below={row.encoders.join(", ")} />
    </Table.Tr>
  );
}

function Numbers({ above, below }: { above: string; below: string }) {
  return (
    <Table.Td ta="right" style={{ fontVariantNumeric: "tabular-nums", whiteSpace: "nowrap" }}>
      {above}
      {below !== "" && <Small>{below}</Small>}
    </Table.Td>
  );
}

function Small({ children }: { children: string }) {
  return (
    <Text size="xs" c="dimmed" fw={400}>
      {children}
    </Text>
  );
}
