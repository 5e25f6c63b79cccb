/** What the colours of a bar of footage mean. */
import { Group, Text } from "@mantine/core";
import { memo } from "react";
import classes from "./CoverageBar.module.css";

interface Props {
  hasKept: boolean;
  hasMotion: boolean;
  hasEvents: boolean;
}

export const BarLegend = memo(function BarLegend({ hasKept, hasMotion, hasEvents }: Props) {
  return (
    <Group gap="md" mt={4} aria-hidden>
      <Legend className={classes.recordedKey ?? ""}>On disk (choose a moment to play)</Legend>
      <Legend className={classes.pendingKey ?? ""}>Being recorded</Legend>
      <Legend className={classes.gapKey ?? ""}>Missing (point at it for the cause)</Legend>
      {hasMotion && <Legend className={classes.motionKey ?? ""}>Motion</Legend>}
      {hasEvents && <Legend className={classes.eventKey ?? ""}>Event</Legend>}
      {hasKept && <Legend className={classes.keptKey ?? ""}>Protected</Legend>}
    </Group>
  );
});

function Legend({ className, children }: { className: string; children: string }) {
  return (
    <Group gap={6}>
      <span className={className} />
      <Text size="xs" c="dimmed">
        {children}
      </Text>
    </Group>
  );
}
