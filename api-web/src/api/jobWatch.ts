/**
 * Follows jobs of every kind, and asks for their numbers as they change. Not here: how changes are
 * followed (`changeWatch`), and the lists (`jobs`).
 */
import { createClient, type Transport } from "@connectrpc/connect";
import type { QueryClient } from "@tanstack/react-query";
import { type JobChange, JobService } from "../gen/ronin/v1/job_pb";
import { ASK_EVERY_MS, ChangeWatch } from "./changeWatch";
import { jobStatsKey, jobsKey, takeJob } from "./jobs";

interface Options {
  transport: Transport;
  queryClient: QueryClient;
  /** 0 to 1, for the jitter. */
  random?: () => number;
}

export class JobWatch extends ChangeWatch<JobChange> {
  constructor({ transport, queryClient, random }: Options) {
    const askForNumbers = atMostOnceIn(ASK_EVERY_MS, () => {
      void queryClient.invalidateQueries({ queryKey: jobStatsKey(transport) });
    });
    super({
      queryClient,
      open: (resumeToken, options) =>
        createClient(JobService, transport).watchJobs({ resumeToken }, options),
      take: ({ job }) => {
        askForNumbers();
        return job !== undefined && takeJob(queryClient, transport, job);
      },
      listsKey: jobsKey(transport),
      random,
    });
  }
}

/** Calls `act` once that time is over, however often it is called meanwhile. */
function atMostOnceIn(ms: number, act: () => void): () => void {
  let isDue = false;
  return () => {
    if (!isDue) {
      isDue = true;
      setTimeout(() => {
        isDue = false;
        act();
      }, ms);
    }
  };
}
