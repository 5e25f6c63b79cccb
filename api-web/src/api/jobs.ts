/**
 * Jobs of every kind: the lists, numbers of them, and how they are stopped and done once more. Not
 * here: the stream that tells changes (`jobWatch`).
 */
import type { Transport } from "@connectrpc/connect";
import {
  createConnectQueryKey,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useTransport,
} from "@connectrpc/connect-query";
import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Job, JobService, type ListJobsResponse } from "../gen/ronin/v1/job_pb";
import { type JobFilter, matchesJob } from "../lib/jobFilter";
import { timestampMs } from "../lib/time";
import { type ListShape, withItem, withoutItem } from "./newestFirst";

const PAGE_SIZE = 20;
/** The watch tells of each change; of jobs that are kept no longer it cannot. */
const REFRESH_MS = 60_000;

type Pages = InfiniteData<ListJobsResponse>;

const LIST: ListShape<ListJobsResponse, Job> = {
  items: ({ jobs }) => jobs,
  withItems: (page, jobs) => ({ ...page, jobs }),
  timeMs: ({ createTime }) => timestampMs(createTime) ?? 0,
};

/** The jobs that fit, newest first, page by page. */
export function useJobList(filter: JobFilter) {
  const query = useInfiniteQuery(
    JobService.method.listJobs,
    {
      kinds: [...filter.kinds],
      states: [...filter.states],
      pageSize: PAGE_SIZE,
      pageToken: "",
    },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      refetchInterval: REFRESH_MS,
      // Tells what belongs into the list of those that change.
      meta: { filter },
    },
  );
  const { data } = query;
  const jobs = useMemo(() => data?.pages.flatMap((page) => page.jobs), [data]);
  return { ...query, jobs };
}

/** How many jobs there are, and what came of encoding footage anew. */
export function useJobStats() {
  return useQuery(JobService.method.getJobStats, {}, { refetchInterval: REFRESH_MS });
}

/** Both fail with an error of the API. */
export function useJobCalls() {
  const transport = useTransport();
  const client = useQueryClient();
  const cancel = useMutation(JobService.method.cancelJob).mutateAsync;
  const retry = useMutation(JobService.method.retryJob).mutateAsync;
  return useMemo(() => {
    const put = (job: Job | undefined) => {
      if (job !== undefined) {
        takeJob(client, transport, job);
      }
      void client.invalidateQueries({ queryKey: jobStatsKey(transport) });
    };
    return {
      stop: async ({ name }: Job) => put((await cancel({ name })).job),
      retry: async ({ name }: Job) => put((await retry({ name })).job),
    };
  }, [client, transport, cancel, retry]);
}

/** Every list of jobs, whatever it is filtered by. */
export function jobsKey(transport: Transport) {
  return createConnectQueryKey({
    schema: JobService.method.listJobs,
    transport,
    cardinality: "infinite",
  });
}

/** The numbers of jobs. */
export function jobStatsKey(transport: Transport) {
  return createConnectQueryKey({
    schema: JobService.method.getJobStats,
    transport,
    cardinality: "finite",
  });
}

/**
 * Puts a job, as it is now, into every list that it belongs to, and takes it out of those that it has
 * left. True where a list is being asked for: its answer may be older.
 */
export function takeJob(client: QueryClient, transport: Transport, job: Job): boolean {
  let isAsked = false;
  for (const query of client.getQueryCache().findAll({ queryKey: jobsKey(transport) })) {
    const filter = query.meta?.filter as JobFilter | undefined;
    if (filter !== undefined) {
      isAsked ||= query.state.fetchStatus !== "idle";
      client.setQueryData<Pages>(
        query.queryKey,
        (old) =>
          old &&
          (matchesJob(job, filter) ? withItem(old, job, LIST) : withoutItem(old, job.name, LIST)),
      );
    }
  }
  return isAsked;
}
