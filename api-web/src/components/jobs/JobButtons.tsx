/** What can be done with a job: each button is called by what it is about, too: there are many of them. */
import { Button } from "@mantine/core";
import { IconPlayerStop, IconRefresh } from "@tabler/icons-react";
import type { Job } from "../../gen/ronin/v1/job_pb";
import { isRetryable, isUnderWay } from "../../lib/jobs";

interface Props {
  job: Job | undefined;
  title: string;
  isBusy: boolean;
  onStop: () => void;
  onRetry: () => void;
}

export function JobButtons({ job, title, isBusy, onStop, onRetry }: Props) {
  return (
    <>
      {isUnderWay(job) && (
        <Button
          size="compact-sm"
          variant="default"
          loading={isBusy}
          disabled={job?.cancelling ?? false}
          leftSection={<IconPlayerStop size={14} aria-hidden />}
          aria-label={`Stop: ${title}`}
          onClick={onStop}
        >
          Stop
        </Button>
      )}
      {isRetryable(job) && (
        <Button
          size="compact-sm"
          variant="default"
          loading={isBusy}
          leftSection={<IconRefresh size={14} aria-hidden />}
          aria-label={`Try again: ${title}`}
          onClick={onRetry}
        >
          Try again
        </Button>
      )}
    </>
  );
}
