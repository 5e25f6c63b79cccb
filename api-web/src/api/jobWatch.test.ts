/** The watch of jobs: lists with filters, and the numbers. How changes are followed: `exportWatch.test`. */
import { createRouterTransport } from "@connectrpc/connect";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import { InfiniteQueryObserver, QueryClient, QueryObserver } from "@tanstack/react-query";
import { beforeEach, expect, it, vi } from "vitest";
import { type Job, JobService, JobState, type ListJobsResponse } from "../gen/ronin/v1/job_pb";
import { EVERY_JOB, type JobFilter } from "../lib/jobFilter";
import { JobFeed, jobOf } from "../test/fakeServer";
import { ASK_EVERY_MS } from "./changeWatch";
import { jobStatsKey } from "./jobs";
import { JobWatch } from "./jobWatch";

const RUNNING: JobFilter = { kinds: [], states: [JobState.RUNNING] };

/** A watch on a server with these jobs, a list of all and one of those that run. */
function watchOf(stored: Job[]) {
  const feed = new JobFeed();
  const tokens: string[] = [];
  const transport = createRouterTransport(({ service }) =>
    service(JobService, {
      watchJobs: ({ resumeToken }, context) => {
        tokens.push(resumeToken);
        return feed.stream(context.signal);
      },
    }),
  );
  const queryClient = new QueryClient();
  const watch = new JobWatch({ transport, queryClient, random: () => 0 });
  const listOf = (filter: JobFilter) => {
    const queryKey = createConnectQueryKey({
      schema: JobService.method.listJobs,
      input: { states: [...filter.states], pageToken: "" },
      transport,
      pageParamKey: "pageToken",
      cardinality: "infinite",
    });
    const list = new InfiniteQueryObserver(queryClient, {
      queryKey: queryKey as readonly unknown[],
      queryFn: async () => {
        const jobs = stored.filter(
          ({ state }) => filter.states.length === 0 || filter.states.includes(state),
        );
        return { jobs, nextPageToken: "" } as unknown as ListJobsResponse;
      },
      initialPageParam: "",
      getNextPageParam: () => undefined,
      meta: { filter },
    });
    list.subscribe(() => undefined);
    return () =>
      list.getCurrentResult().data?.pages.flatMap(({ jobs }) => jobs.map(({ name }) => name));
  };
  let asked = 0;
  const stats = new QueryObserver(queryClient, {
    queryKey: jobStatsKey(transport) as readonly unknown[],
    queryFn: async () => {
      asked += 1;
      return {};
    },
  });
  stats.subscribe(() => undefined);
  return {
    watch,
    feed,
    tokens,
    all: listOf(EVERY_JOB),
    running: listOf(RUNNING),
    statsAsked: () => asked,
    begin: async () => {
      await settle();
      watch.start();
      await settle();
    },
  };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers();
});

it("puts a job into the lists that it belongs to, and takes it out of those it has left", async () => {
  const server = watchOf([jobOf(3), jobOf(1)]);
  await server.begin();

  server.feed.changed(jobOf(3, { state: JobState.RUNNING }));
  server.feed.changed(jobOf(5, { state: JobState.RUNNING }));
  await settle();

  expect(server.all()).toEqual(["jobs/5", "jobs/3", "jobs/1"]);
  expect(server.running()).toEqual(["jobs/5", "jobs/3"]);

  server.feed.changed(jobOf(3, { state: JobState.SUCCEEDED }));
  await settle();

  expect(server.all()).toEqual(["jobs/5", "jobs/3", "jobs/1"]);
  expect(server.running()).toEqual(["jobs/5"]);
  server.watch.stop();
});

it("asks for the numbers as jobs change, and not each time", async () => {
  const server = watchOf([jobOf(1)]);
  await server.begin();
  const asked = server.statsAsked();

  for (const progressPercent of [10, 20, 30]) {
    server.feed.changed(jobOf(1, { state: JobState.RUNNING, progressPercent }));
  }
  await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
  expect(server.statsAsked()).toBe(asked + 1);

  server.feed.changed(jobOf(1, { state: JobState.SUCCEEDED }));
  await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);
  expect(server.statsAsked()).toBe(asked + 2);
  server.watch.stop();
});

it("goes on behind the last change after the tab was hidden", async () => {
  const server = watchOf([jobOf(1)]);
  await server.begin();
  server.feed.changed(jobOf(1, { state: JobState.RUNNING }), "token-1");
  await settle();

  server.watch.stop();
  server.watch.start();
  await settle();

  expect(server.tokens).toEqual(["", "token-1"]);
  server.watch.stop();
});
