/** What went wrong with a job: with the attempt before, or with all of it. */
import { Alert, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { Job } from "../../gen/ronin/v1/job_pb";
import { earlierFailure, jobFailure } from "../../lib/jobs";

interface Props {
  job: Job | undefined;
  /** What a failure is called whose reason is not known. */
  otherwise: string;
}

export function JobTrouble({ job, otherwise }: Props) {
  const earlier = earlierFailure(job);
  const failure = jobFailure(job, otherwise);
  return (
    <>
      {earlier && (
        <Text size="sm" c="var(--tone-trouble)">
          {earlier}
        </Text>
      )}
      {failure && (
        <Alert color="red" title={failure.title} icon={<IconAlertTriangle size={20} aria-hidden />}>
          <Stack gap="xs">
            {failure.message !== "" && <Text size="sm">{failure.message}</Text>}
            {failure.whatToDo.length > 0 && (
              <List size="sm" aria-label="What to do">
                {failure.whatToDo.map((step) => (
                  <List.Item key={step}>{step}</List.Item>
                ))}
              </List>
            )}
          </Stack>
        </Alert>
      )}
    </>
  );
}
