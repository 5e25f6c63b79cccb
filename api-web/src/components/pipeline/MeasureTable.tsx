/** Numbers with what each means: a row for each number, a column for each thing that has it. */
import { Table, Text } from "@mantine/core";
import type { Measure } from "../../lib/pipelineWords";
import classes from "./pipeline.module.css";

interface Props<T> {
  label: string;
  measures: readonly Measure<T>[];
  columns: readonly { name: string; of: T }[];
  /** The values are sentences; else they are numbers, which are not broken. */
  isWordy?: boolean;
}

export function MeasureTable<T>({ label, measures, columns, isWordy }: Props<T>) {
  const hasNames = columns.some(({ name }) => name !== "");
  return (
    <Table aria-label={label} verticalSpacing={6} horizontalSpacing={8} fz="sm">
      {hasNames && (
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Number</Table.Th>
            {columns.map(({ name }) => (
              <Table.Th key={name} ta="right">
                {name}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
      )}
      <Table.Tbody>
        {measures.map(({ label, meaning, value }) => (
          <Table.Tr key={label}>
            <Table.Th scope="row" fw={600}>
              {label}
              <Text size="xs" c="dimmed" fw={400} className={classes.meaning ?? ""}>
                {meaning}
              </Text>
            </Table.Th>
            {columns.map(({ name, of }) => (
              <Table.Td
                key={name}
                className={classes.value ?? ""}
                data-wordy={isWordy || undefined}
              >
                {value(of)}
              </Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
