/** How many jobs of each kind wait, run and are over, each number leading to them; and why some failed. */
import { Anchor, Group, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import type { JobKindStats } from "../../gen/ronin/v1/job_pb";
import { type JobFilter, withJobFilter } from "../../lib/jobFilter";
import { failuresWords, jobCounts, kindWords } from "../../lib/jobs";
import classes from "./jobs.module.css";

export function JobCounts({ kinds }: { kinds: readonly JobKindStats[] }) {
  return (
    <Stack gap="xs">
      {kinds
        .filter((stats) => jobCounts(stats).length > 0)
        .map((stats) => (
          <Counts key={stats.kind} stats={stats} />
        ))}
    </Stack>
  );
}

function Counts({ stats }: { stats: JobKindStats }) {
  const { kind } = stats;
  const failures = failuresWords(stats);
  return (
    <div>
      <Group gap="xs" align="baseline">
        <Text size="sm" fw={600} miw={64}>
          {kindWords(kind)}
        </Text>
        <ul className={classes.counts} aria-label={`${kindWords(kind)} in numbers`}>
          {jobCounts(stats).map(({ state, words }) => (
            <li key={state}>
              <Anchor
                component={Link}
                to={pathOf({ kinds: [kind], states: [state] })}
                size="sm"
                underline="always"
              >
                {words}
              </Anchor>
            </li>
          ))}
        </ul>
      </Group>
      {failures !== "" && (
        <Text size="sm" c="dimmed">
          Failed: {failures}.
        </Text>
      )}
    </div>
  );
}

function pathOf(filter: JobFilter): string {
  return `/jobs?${withJobFilter(new URLSearchParams(), filter).toString()}`;
}
