/** What the colours of days mean. */
import { Group, Text } from "@mantine/core";
import type { CoverageTone } from "../../lib/coverage";
import classes from "./coverage.module.css";

const TONES: readonly (readonly [CoverageTone, string])[] = [
  ["full", "all on disk"],
  ["good", "99 % and more"],
  ["fair", "90 % and more"],
  ["poor", "50 % and more"],
  ["gone", "less"],
  ["quiet", "switched off, or deleted for its age"],
  ["none", "nothing to be expected"],
];

export function CoverageLegend() {
  return (
    <Group gap="md" aria-hidden>
      {TONES.map(([tone, label]) => (
        <Group key={tone} gap={6} wrap="nowrap">
          <span className={`${classes.cell} ${classes.key}`} data-tone={tone} />
          <Text size="xs" c="dimmed">
            {label}
          </Text>
        </Group>
      ))}
    </Group>
  );
}
