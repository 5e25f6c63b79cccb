/** Jobs, newest first: what they are about, how they do, and what can be done. */
import { Anchor, Group, Paper, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { useId } from "react";
import { Link } from "react-router";
import { type Job, JobState } from "../../gen/ronin/v1/job_pb";
import {
  askedWords,
  attemptWords,
  jobState,
  jobStateWords,
  jobTitle,
  kindWords,
  subjectLink,
  timesWords,
} from "../../lib/jobs";
import { leftWords, madeWords, savingsOf } from "../../lib/savings";
import { StateBadge } from "../cameras/StateBadge";
import { JobButtons } from "./JobButtons";
import { JobProgress } from "./JobProgress";
import { JobTrouble } from "./JobTrouble";
import classes from "./jobs.module.css";

export interface JobActions {
  onStop: (job: Job) => void;
  onRetry: (job: Job) => void;
}

interface Props {
  jobs: readonly Job[];
  /** Display names by "cameras/{id}". */
  cameraNames: ReadonlyMap<string, string>;
  /** Name of the one for which something is being asked. */
  busy: string | undefined;
  /** Undefined where the person may only look. */
  actions: JobActions | undefined;
}

export function JobList({ jobs, busy, ...rest }: Props) {
  return (
    <ul className={classes.list} aria-label="Jobs, newest first">
      {jobs.map((job) => (
        <li key={job.name}>
          <Row {...rest} job={job} isBusy={job.name === busy} />
        </li>
      ))}
    </ul>
  );
}

type RowProps = Pick<Props, "cameraNames" | "actions"> & { job: Job; isBusy: boolean };

function Row({ job, cameraNames, isBusy, actions }: RowProps) {
  const titleId = useId();
  const title = jobTitle(job, cameraNames);
  const subject = subjectLink(job, cameraNames);
  const facts = [timesWords(job), attemptWords(job)].filter(Boolean);
  return (
    <Paper
      withBorder
      p="md"
      bg="var(--panel-background)"
      component="article"
      aria-labelledby={titleId}
    >
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start" gap="xs" wrap="nowrap">
          <Title order={2} size="h5" id={titleId} miw={0} style={{ overflowWrap: "anywhere" }}>
            {title}
          </Title>
          <span role="status" style={{ flexShrink: 0 }}>
            <VisuallyHidden>{title}: </VisuallyHidden>
            <StateBadge words={jobStateWords(job)} />
          </span>
        </Group>
        <Text size="sm">
          {kindWords(job.kind)}
          {subject && (
            <>
              {" · "}
              <Anchor component={Link} to={subject.to} size="sm" underline="always">
                {subject.label}
              </Anchor>
            </>
          )}
        </Text>
        <Made job={job} />
        {jobState(job) === JobState.RUNNING && (
          <JobProgress title={title} percent={job.progressPercent} />
        )}
        {facts.length > 0 && <Text size="sm">{facts.join(" ")}</Text>}
        <JobTrouble job={job} otherwise="It could not be done" />
        <Group justify="space-between" gap="xs">
          <Text size="xs" c="dimmed">
            {askedWords(job)}
          </Text>
          {actions && (
            <Group gap={6}>
              <JobButtons
                job={job}
                title={title}
                isBusy={isBusy}
                onStop={() => actions.onStop(job)}
                onRetry={() => actions.onRetry(job)}
              />
            </Group>
          )}
        </Group>
      </Stack>
    </Paper>
  );
}

/** What came of files that are encoded anew. */
function Made({ job: { transcode } }: { job: Job }) {
  if (transcode === undefined) {
    return null;
  }
  const savings = savingsOf(transcode);
  const left = leftWords(savings);
  return (
    <>
      <Text size="sm">{madeWords(savings)}</Text>
      {left && <Text size="sm">{left}</Text>}
    </>
  );
}
