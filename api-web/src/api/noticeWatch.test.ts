/** The watch of notices: the latest list, going on behind a broken connection, lists that are old. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { type Notice, NoticeSchema, SystemService } from "../gen/ronin/v1/system_pb";
import { NoticeFeed } from "../test/fakeServer";
import { latestKey, NoticeWatch } from "./noticeWatch";
import { BACKOFF_MS } from "./watch";

const notice = (id: number): Notice =>
  create(NoticeSchema, {
    name: `notices/${id}`,
    message: `news ${id}`,
    resumeToken: `token-${id}`,
  } satisfies MessageInitShape<typeof NoticeSchema>);

/** A watch on a server with these notices; each stream is a new feed. */
function watchOf(stored: Notice[]) {
  const feeds: NoticeFeed[] = [];
  const tokens: string[] = [];
  let lists = 0;
  let isAway = false;
  const transport = createRouterTransport(({ service }) =>
    service(SystemService, {
      listNotices: () => {
        lists += 1;
        return { notices: stored };
      },
      watchNotices: ({ resumeToken }, context) => {
        tokens.push(resumeToken);
        if (isAway) {
          throw new ConnectError("no", Code.Unavailable);
        }
        const feed = new NoticeFeed();
        feeds.push(feed);
        return feed.messages(context.signal);
      },
    }),
  );
  const queryClient = new QueryClient();
  const watch = new NoticeWatch({ transport, queryClient, random: () => 0 });
  const told: string[] = [];
  watch.onNotice(({ name }) => told.push(name));
  return {
    watch,
    tokens,
    told,
    lists: () => lists,
    feed: () => feeds.at(-1) as NoticeFeed,
    break: async () => {
      isAway = true;
      watch.stop();
      isAway = false;
      watch.start();
      await settle();
    },
    names: () => queryClient.getQueryData(latestKey(transport))?.notices.map(({ name }) => name),
  };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe("NoticeWatch", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it("begins behind the newest notice of the list", async () => {
    const { watch, tokens, names } = watchOf([notice(2), notice(1)]);

    watch.start();
    await settle();

    expect(tokens).toEqual(["token-2"]);
    expect(names()).toEqual(["notices/2", "notices/1"]);
    watch.stop();
  });

  it("puts what comes on top of the list and tells it once", async () => {
    const { watch, feed, names, told } = watchOf([notice(1)]);
    watch.start();
    await settle();

    feed().notice(notice(2));
    feed().notice(notice(2));
    await settle();

    expect(names()).toEqual(["notices/2", "notices/1"]);
    expect(told).toEqual(["notices/2"]);
    watch.stop();
  });

  it("goes on behind the last notice after the connection broke", async () => {
    const server = watchOf([notice(1)]);
    server.watch.start();
    await settle();
    server.feed().notice(notice(2));
    await settle();

    await server.break();

    expect(server.tokens).toEqual(["token-1", "token-2"]);
    expect(server.lists()).toBe(1);
    server.watch.stop();
  });

  it("lists again when the server says that the token is too old", async () => {
    const stored = [notice(1)];
    const server = watchOf(stored);
    server.watch.start();
    await settle();

    stored.unshift(notice(7));
    server.feed().send({ event: { case: "listAgain", value: {} } });
    await settle();
    await server.break();

    expect(server.lists()).toBe(2);
    expect(server.tokens).toEqual(["token-1", "token-7"]);
    expect(server.names()).toEqual(["notices/7", "notices/1"]);
    server.watch.stop();
  });

  it("asks the list again when there was none to begin behind", async () => {
    const { watch, feed, tokens, lists } = watchOf([]);
    watch.start();
    await settle();
    expect(tokens).toEqual([""]);

    feed().send({ event: { case: "heartbeat", value: {} } });
    await settle();

    // Without somebody who shows the list, it is only marked as old.
    expect(lists()).toBe(1);
    watch.stop();
  });

  it("tries again when the list cannot be had", async () => {
    let calls = 0;
    const transport = createRouterTransport(({ service }) =>
      service(SystemService, {
        listNotices: () => {
          calls += 1;
          throw new ConnectError("no", Code.Unavailable);
        },
      }),
    );
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    const watch = new NoticeWatch({ transport, queryClient: client, random: () => 0 });
    watch.start();
    await settle();

    await vi.advanceTimersByTimeAsync(BACKOFF_MS[0] ?? 0);

    expect(calls).toBe(2);
    watch.stop();
  });
});
