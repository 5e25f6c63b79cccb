/** The watch of events: what it changes, going on behind a broken connection, lists that are old. */
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { createConnectQueryKey } from "@connectrpc/connect-query";
import { InfiniteQueryObserver, QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  type Event,
  EventService,
  EventState,
  type ListEventsResponse,
} from "../gen/ronin/v1/event_pb";
import { RecordingService } from "../gen/ronin/v1/recording_pb";
import { EVERY_EVENT, type EventFilter } from "../lib/eventFilter";
import { timestampFromMs } from "../lib/time";
import { EventFeed, event } from "../test/fakeServer";
import { ASK_EVERY_MS, EventWatch } from "./eventWatch";
import { LINGER_MS, SILENT_MS } from "./openEvents";
import { BACKOFF_MS } from "./watch";

const NOW = Date.UTC(2026, 0, 15);
const at = (seconds: number) => timestampFromMs(NOW + seconds * 1_000);
const open = (id: number, rest: Parameters<typeof event>[1] = {}) =>
  event(id, { state: EventState.OPEN, startTime: at(id), endTime: at(id + 1), ...rest });

/** A watch on a server with these events, and a list of those that fit; each stream is a new feed. */
function watchOf(stored: Event[], filter: EventFilter = EVERY_EVENT, nextPageToken = "") {
  const feeds: EventFeed[] = [];
  const tokens: string[] = [];
  let lists = 0;
  let isAway = false;
  const transport = createRouterTransport(({ service }) =>
    service(EventService, {
      listEvents: () => {
        lists += 1;
        return { events: stored, resumeToken: `list-${lists}` };
      },
      watchEvents: ({ resumeToken }, context) => {
        tokens.push(resumeToken);
        if (isAway) {
          throw new ConnectError("no", Code.Unavailable);
        }
        const feed = new EventFeed();
        feeds.push(feed);
        return feed.messages(context.signal);
      },
    }),
  );
  const queryClient = new QueryClient();
  const watch = new EventWatch({ transport, queryClient, random: () => 0 });
  const queryKey = createConnectQueryKey({
    schema: EventService.method.listEvents,
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
      await held;
      return { events: stored, nextPageToken } as unknown as ListEventsResponse;
    },
    initialPageParam: "",
    getNextPageParam: () => undefined,
    meta: { filter },
  });
  list.subscribe(() => undefined);
  const events = () => list.getCurrentResult().data?.pages.flatMap((page) => page.events) ?? [];
  return {
    watch,
    queryClient,
    transport,
    tokens,
    lists: () => lists,
    asked: () => asked,
    feed: () => feeds.at(-1) as EventFeed,
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
    events,
    names: () => events().map(({ name }) => name),
  };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe("EventWatch", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it("begins behind the list, and puts what comes in its place", async () => {
    const server = watchOf([open(5), open(3)]);
    await server.begin();
    expect(server.tokens).toEqual(["list-1"]);

    server.feed().changed(open(9), "token-9");
    server.feed().changed(open(4), "token-4");
    server.feed().changed(open(1), "token-1");
    await settle();

    expect(server.names()).toEqual(["events/9", "events/5", "events/4", "events/3", "events/1"]);
    server.watch.stop();
  });

  it("replaces an event that grows, wherever it stands", async () => {
    const server = watchOf([open(5), open(3)]);
    await server.begin();

    server.feed().changed(open(3, { state: EventState.CLOSED, endTime: at(60), score: 0.95 }));
    await settle();

    expect(server.names()).toEqual(["events/5", "events/3"]);
    expect(server.events()[1]).toMatchObject({ state: EventState.CLOSED, endTime: at(60) });
    server.watch.stop();
  });

  it("leaves out what does not fit, and what is on a page that is not read yet", async () => {
    const filter = { ...EVERY_EVENT, labels: ["person"] };
    const server = watchOf([open(5)], filter, "more");
    await server.begin();

    server.feed().changed(open(8, { label: "car" }));
    server.feed().changed(open(2));
    await settle();

    expect(server.names()).toEqual(["events/5"]);
    server.watch.stop();
  });

  it("puts events onto the timelines of their camera", async () => {
    const server = watchOf([]);
    await server.begin();
    const key = createConnectQueryKey({
      schema: RecordingService.method.getTimeline,
      input: { cameras: ["cameras/front-door"] },
      transport: server.transport,
      cardinality: "finite",
    });
    const span = { startMs: NOW, endMs: NOW + 86_400_000 };
    server.queryClient.getQueryCache().build(server.queryClient, { queryKey: key, meta: { span } });
    server.queryClient.setQueryData(key as readonly unknown[], {
      timelines: [{ camera: "cameras/front-door", events: [] }],
    });
    const marks = () =>
      (server.queryClient.getQueryData(key)?.timelines[0]?.events ?? []).map(({ name }) => name);

    server.feed().changed(open(7));
    server.feed().changed(open(7, { state: EventState.CLOSED }));
    server.feed().changed(open(8, { camera: "cameras/yard" }));
    server.feed().changed(open(9, { startTime: at(-90), endTime: at(-80) }));
    await settle();

    expect(marks()).toEqual(["events/7"]);
    server.watch.stop();
  });

  it("goes on behind the last change after the connection broke", async () => {
    const server = watchOf([open(1)]);
    await server.begin();
    server.feed().changed(open(2), "token-2");
    await settle();

    await server.break();

    expect(server.tokens).toEqual(["list-1", "token-2"]);
    expect(server.lists()).toBe(1);
    expect(server.asked()).toBe(1);
    server.watch.stop();
  });

  it("lists again when the server says that the token is too old, and then goes on", async () => {
    const stored = [open(1)];
    const server = watchOf(stored);
    await server.begin();

    stored.unshift(open(7));
    server.feed().send({ event: { case: "listAgain", value: {} } });
    await settle();
    expect(server.names()).toEqual(["events/7", "events/1"]);
    server.feed().changed(open(8), "token-8");
    await settle();
    await server.break();

    expect(server.tokens).toEqual(["list-1", "token-8"]);
    server.watch.stop();
  });

  it("lists again where it has no token to go on behind", async () => {
    const stored = [open(1)];
    const server = watchOf(stored);
    await server.begin();
    server.feed().send({ event: { case: "listAgain", value: {} } });
    await settle();

    stored.unshift(open(7));
    await server.break();

    expect(server.tokens).toEqual(["list-1", "list-2"]);
    expect(server.names()).toEqual(["events/7", "events/1"]);
    server.watch.stop();
  });

  it("tries again when the server is away", async () => {
    let calls = 0;
    const transport = createRouterTransport(({ service }) =>
      service(EventService, {
        listEvents: () => {
          calls += 1;
          throw new ConnectError("no", Code.Unavailable);
        },
      }),
    );
    const watch = new EventWatch({ transport, queryClient: new QueryClient(), random: () => 0 });
    watch.start();
    await settle();

    await vi.advanceTimersByTimeAsync(BACKOFF_MS[0] ?? 0);

    expect(calls).toBe(2);
    watch.stop();
  });

  it("asks for a shown list again whose answer may be older than a change", async () => {
    const server = watchOf([open(1)]);
    await server.begin();
    const release = server.hold();
    void server.queryClient.invalidateQueries();
    server.feed().changed(open(2));
    await settle();
    expect(server.asked()).toBe(2);
    release();

    await vi.advanceTimersByTimeAsync(ASK_EVERY_MS);

    expect(server.asked()).toBe(3);
    server.watch.stop();
  });

  it("tells what goes on, some seconds longer, and not for ever", async () => {
    const server = watchOf([open(1), event(2)]);
    await server.begin();
    const labels = () => [...server.watch.open.labels()];
    expect(labels()).toEqual([["cameras/front-door", ["person"]]]);

    server.feed().changed(open(3, { camera: "cameras/yard", label: "car" }));
    server.feed().changed(open(1, { state: EventState.CLOSED }));
    await settle();
    expect(labels()).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(LINGER_MS);
    expect(labels()).toEqual([["cameras/yard", ["car"]]]);

    await vi.advanceTimersByTimeAsync(SILENT_MS);
    expect(labels()).toEqual([]);
    server.watch.stop();
  });
});
