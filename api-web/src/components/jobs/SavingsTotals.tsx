/** What came of encoding footage anew: of all cameras, and why files stay as they were recorded. */
import { List, Stack, Text } from "@mantine/core";
import {
  filesWords,
  leftFiles,
  leftReason,
  type Savings,
  savedWords,
  sizeWords,
  speedWords,
} from "../../lib/savings";
import { duration } from "../../lib/time";
import classes from "./jobs.module.css";

export function SavingsTotals({ savings }: { savings: Savings }) {
  const speed = speedWords(savings);
  const facts = [
    { label: "Saved", value: savedWords(savings) },
    { label: "Before → after", value: sizeWords(savings) },
    { label: "Files", value: filesWords(savings.files) },
    { label: "Footage", value: duration(savings.footageMs) },
    ...(speed === undefined ? [] : [{ label: "Speed", value: speed }]),
    ...(savings.encoders.length === 0
      ? []
      : [
          {
            label: savings.encoders.length === 1 ? "Encoder" : "Encoders",
            value: savings.encoders.join(", "),
          },
        ]),
  ];
  return (
    <dl className={classes.numbers} aria-label="Savings of all cameras">
      {facts.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Files that stay as they were recorded, by reason. */
export function FilesLeft({ left }: Pick<Savings, "left">) {
  return (
    <Stack gap="xs">
      <Text size="sm">
        {leftFiles(left) === 1
          ? "1 file stays as it was recorded. It plays as before."
          : `${filesWords(leftFiles(left))} stay as they were recorded. They play as before.`}
      </Text>
      <List size="sm" spacing={4} aria-label="Why files stay as they were recorded">
        {left.map((one) => (
          <List.Item key={one.reason}>{leftReason(one)}</List.Item>
        ))}
      </List>
    </Stack>
  );
}
