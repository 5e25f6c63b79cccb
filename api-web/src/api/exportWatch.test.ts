/** The watch of exports: what it changes, going on behind a broken connection, lists that are old. */
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Export, ExportService, type ListExportsResponse } from "../gen/ronin/v1/export_pb";
import { JobState } from "../gen/ronin/v1/job_pb";
import { ExportFeed, exportOf } from "../test/fakeServer";
import { ASK_EVERY_MS } from "./changeWatch";
import { ExportWatch } from "./exportWatch";

/** A watch on a server with these exports, and their list; each stream is a new feed. */
function watchOf(stored: Export[], nextPageToken = "") {
  const feeds: ExportFeed[] = [];
  const tokens: string[] = [];
  let isAway = false;
  const transport = createRouterTransport(({ service }) =>
    service(ExportService, {
      watchExports: ({ resumeToken }, context) => {
        tokens.push(resumeToken);
        if (isAway) {
          throw new ConnectError("no", Code.Unavailable);
        }
        const feed = new ExportFeed();
        feeds.push(feed);
        return feed.stream(context.signal);
      },
    }),
  );
  const queryClient = new QueryClient();
  const watch = new ExportWatch({ transport, queryClient, random: () => 0 });
  const queryKey = createConnectQueryKey({
    schema: ExportService.method.listExports,
    input: { pageToken: "" },
    transport,
    pageParamKey: "pageToken",
    cardinality: "infinite",
  });
  let asked = 0;
  let held: Promise<void> | undefined;
  const list = new InfiniteQueryObserver(queryClient, {
    queryKey: queryKey as readonly unknown[],
    queryFn: async () => {
      asked += 1;
      const exports = [...stored];
      await held;
      return { exports, nextPageToken } as unknown as ListExportsResponse;
    },
    initialPageParam: "",
    getNextPageParam: () => undefined,
  });
  list.subscribe(() => undefined);
  const exports = () => list.getCurrentResult().data?.pages.flatMap((page) => page.exports) ?? [];
  return {
    watch,
    queryClient,
    tokens,
    asked: () => asked,
    feed: () => feeds.at(-1) as ExportFeed,
    break: async () => {
      isAway = true;
      watch.stop();
      isAway = false;
      watch.start();
      await settle();
    },
    begin: async () => {
      await settle();
      watch.start();
      await settle();
    },
    /** The list does not answer until what this returns is called. */
    hold: () => {
      let release = () => {};
      held = new Promise((resolve) => {
        release = resolve;
      });
      return release;
    },
    exports,
    names: () => exports().map(({ name }) => name),
  };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe("ExportWatch", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it("lists again when the stream begins, for what came in between", async () => {
    const stored = [exportOf(1)];
    const server = watchOf(stored);
    await settle();
    stored.unshift(exportOf(2));

    await server.begin();

    expect(server.tokens).toEqual([""]);
    expect(server.names()).toEqual(["exports/2", "exports/1"]);
    server.watch.stop();
  });

  it("puts new exports where they belong, and those that change in their place", async () => {
    const server = watchOf([exportOf(5), exportOf(3)]);
    await server.begin();

    server.feed().changed(exportOf(9));
    server.feed().changed(exportOf(7));
    server.feed().changed(exportOf(1));
    server.feed().changed(exportOf(3, { job: { state: JobState.RUNNING, progressPercent: 40 } }));
    await settle();

    expect(server.names()).toEqual([9, 7, 5, 3, 1].map((id) => `exports/${id}`));
    expect(server.exports()[3]?.job).toMatchObject({ progressPercent: 40 });
    server.watch.stop();
  });

  it("leaves out what is on a page that is not read yet", async () => {
    const server = watchOf([exportOf(5)], "more");
    await server.begin();

    server.feed().changed(exportOf(2));
    await settle();

    expect(server.names()).toEqual(["exports/5"]);
    server.watch.stop();
  });

  it("goes on behind the last change after the connection broke", async () => {
    const server = watchOf([exportOf(1)]);
    await server.begin();
    const asked = server.asked();
    server.feed().changed(exportOf(2), "token-2");
    await settle();

    await server.break();

    expect(server.tokens).toEqual(["", "token-2"]);
    expect(server.asked()).toBe(asked);
    server.watch.stop();
  });

  it("lists again when the server says so, and then goes on", async () => {
    const stored = [exportOf(1)];
    const server = watchOf(stored);
    await server.begin();
    server.feed().changed(exportOf(2), "token-2");
    await settle();
    expect(server.watch.state()).toEqual({ kind: "live" });
    expect(server.names()).toEqual(["exports/2", "exports/1"]);

    stored.unshift(exportOf(7));
    server.feed().send({ event: { case: "listAgain", value: {} } });
    await settle();
    expect(server.names()).toEqual(["exports/7", "exports/1"]);
    server.feed().changed(exportOf(8), "token-8");
    await settle();
    await server.break();

    expect(server.tokens).toEqual(["", "token-8"]);
    server.watch.stop();
  });

  it("asks for the list again whose answer may be older than a change", async () => {
    const server = watchOf([exportOf(1)]);
    await server.begin();
    const release = server.hold();
    void server.queryClient.invalidateQueries();
    server.feed().changed(exportOf(1, { job: { state: JobState.SUCCEEDED } }));
    await settle();
    const asked = server.asked();
    release();
    await settle();

    await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);

    expect(server.asked()).toBe(asked + 1);
    server.watch.stop();
  });
});
