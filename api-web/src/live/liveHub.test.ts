/** The one connection for all tiles, and how a new one takes over. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { createRouterTransport } from "@connectrpc/connect";
import { describe, expect, it, vi } from "vitest";
import {
  LiveService,
  type StreamLiveTilesRequest,
  StreamLiveTilesResponseSchema,
} from "../gen/ronin/v1/live_pb";
import { Feed } from "../test/feed";
import { HANDOVER_MS, LiveHub, type Viewer } from "./liveHub";

type Event = MessageInitShape<typeof StreamLiveTilesResponseSchema>["event"];

const INIT: Event = {
  case: "message",
  value: { content: { case: "init", value: { mimeType: "video/mp4" } } },
};
const HEARTBEAT: Event = { case: "message", value: { content: { case: "heartbeat", value: {} } } };
const GONE: Event = { case: "end", value: { reason: "CAMERA_NOT_FOUND" } };
const fragment = (text: string): Event => ({
  case: "message",
  value: {
    content: { case: "fragment", value: { data: new TextEncoder().encode(text) } },
  },
});

/** One connection, as the server sees it. */
class Call {
  readonly cameras: string[];
  readonly sounds: boolean[];
  readonly signal: AbortSignal;
  readonly feed = new Feed(StreamLiveTilesResponseSchema);

  constructor({ tiles }: StreamLiveTilesRequest, signal: AbortSignal) {
    this.cameras = tiles.map(({ camera }) => camera.replace("cameras/", ""));
    this.sounds = tiles.map(({ sound }) => sound);
    this.signal = signal;
  }

  send(camera: string, ...events: Event[]): void {
    for (const event of events) {
      this.feed.send({ tile: this.cameras.indexOf(camera), event });
    }
  }
}

/** A server that sends what the test says, and breaks off where it says so. */
function server() {
  const calls: Call[] = [];
  const broken = new WeakMap<Call, () => void>();
  const transport = createRouterTransport(({ service }) => {
    service(LiveService, {
      async *streamLiveTiles(request, { signal }) {
        const breaking = new AbortController();
        const call = new Call(request, signal);
        broken.set(call, () => breaking.abort());
        calls.push(call);
        yield* call.feed.messages(AbortSignal.any([signal, breaking.signal]));
      },
    });
  });
  return {
    calls,
    hub: new LiveHub(transport),
    /** The connection that is made next after `index` others. */
    call: (index: number) =>
      vi.waitFor(() => {
        const call = calls[index];
        if (call === undefined) {
          throw new Error(`there are ${calls.length} connections`);
        }
        return call;
      }),
    breakOff: (call: Call) => broken.get(call)?.(),
  };
}

function viewer() {
  const seen: string[] = [];
  const viewer: Viewer = {
    onInit: () => seen.push("init"),
    onFragment: ({ data }) => seen.push(new TextDecoder().decode(data)),
    onHeartbeat: () => seen.push("heartbeat"),
    onEnd: ({ reason }) => seen.push(reason),
  };
  return { seen, viewer };
}

it("carries all tiles over one connection and gives each its own", async () => {
  const { calls, hub, call } = server();
  const [a, b, gone] = [viewer(), viewer(), viewer()];
  hub.subscribe({ camera: "cameras/a", sound: false }, a.viewer);
  hub.subscribe({ camera: "cameras/b", sound: true }, b.viewer);
  hub.subscribe({ camera: "cameras/gone", sound: false }, gone.viewer);

  const first = await call(0);
  first.send("a", INIT, fragment("a1"));
  first.send("b", INIT, fragment("b1"), HEARTBEAT);
  first.send("gone", GONE);

  await vi.waitFor(() => expect(gone.seen).toEqual(["CAMERA_NOT_FOUND"]));
  expect(a.seen).toEqual(["init", "a1"]);
  expect(b.seen).toEqual(["init", "b1", "heartbeat"]);
  expect(calls).toHaveLength(1);
  expect(first.sounds).toEqual([false, true, false]);
});

it("asks anew when tiles come or go, and lets go with the last", async () => {
  const { calls, hub, call } = server();
  const [a, b] = [viewer(), viewer()];
  const leaveA = hub.subscribe({ camera: "cameras/a", sound: false }, a.viewer);
  const first = await call(0);
  first.send("a", INIT);
  await vi.waitFor(() => expect(a.seen).toHaveLength(1));

  const leaveB = hub.subscribe({ camera: "cameras/b", sound: false }, b.viewer);
  const second = await call(1);
  expect(second.cameras).toEqual(["a", "b"]);
  second.send("a", INIT);
  await vi.waitFor(() => expect(first.signal.aborted).toBe(true));

  leaveA();
  leaveB();
  await vi.waitFor(() => expect(second.signal.aborted).toBe(true));
  expect(calls).toHaveLength(2);
});

describe("while a new connection begins", () => {
  /** Two tiles that have pictures over a first connection, and a third tile that asks for a second. */
  async function begun() {
    const { calls, hub, call, breakOff } = server();
    const [a, b, c] = [viewer(), viewer(), viewer()];
    hub.subscribe({ camera: "cameras/a", sound: false }, a.viewer);
    const leaveB = hub.subscribe({ camera: "cameras/b", sound: false }, b.viewer);
    const first = await call(0);
    first.send("a", INIT, fragment("a1"));
    first.send("b", INIT, fragment("b1"));
    await vi.waitFor(() => expect(b.seen).toHaveLength(2));
    hub.subscribe({ camera: "cameras/c", sound: false }, c.viewer);
    const second = await call(1);
    return { calls, hub, call, breakOff, first, second, a, b, c, leaveB };
  }

  it("each tile goes on over the old one until the new one has begun it, and sees nothing twice", async () => {
    const { first, second, a, b, c } = await begun();

    first.send("a", fragment("a2"));
    second.send("a", HEARTBEAT);
    second.send("c", INIT, fragment("c1"));
    await vi.waitFor(() => expect(a.seen).toEqual(["init", "a1", "a2"]));
    await vi.waitFor(() => expect(c.seen).toEqual(["init", "c1"]));

    second.send("a", INIT, fragment("a2"), fragment("a3"));
    await vi.waitFor(() => expect(a.seen).toHaveLength(6));
    first.send("a", fragment("a3"));
    first.send("b", fragment("b2"));
    await vi.waitFor(() => expect(b.seen).toEqual(["init", "b1", "b2"]));
    expect(a.seen).toEqual(["init", "a1", "a2", "init", "a2", "a3"]);
    expect(first.signal.aborted).toBe(false);

    second.send("b", INIT);
    await vi.waitFor(() => expect(first.signal.aborted).toBe(true));
    expect(second.signal.aborted).toBe(false);
  });

  it("the end of a tile there is its end", async () => {
    const { first, second, a, b } = await begun();

    second.send("a", GONE);
    second.send("b", INIT);

    await vi.waitFor(() => expect(first.signal.aborted).toBe(true));
    expect(a.seen).toEqual(["init", "a1", "CAMERA_NOT_FOUND"]);
    expect(b.seen).toEqual(["init", "b1", "init"]);
  });

  it("an old one that breaks does not begin anew", async () => {
    const { calls, breakOff, first, second, a } = await begun();
    vi.useFakeTimers({ shouldAdvanceTime: true });

    breakOff(first);
    await vi.advanceTimersByTimeAsync(5_000);
    second.send("a", INIT, fragment("a2"));

    await vi.waitFor(() => expect(a.seen).toEqual(["init", "a1", "init", "a2"]));
    expect(calls).toHaveLength(2);
  });

  it("tiles that change meanwhile keep what they have, over two connections at most", async () => {
    const { call, first, second, a, b, c, leaveB } = await begun();
    second.send("c", INIT);
    await vi.waitFor(() => expect(c.seen).toEqual(["init"]));

    leaveB();
    const third = await call(2);
    expect(third.cameras).toEqual(["a", "c"]);
    expect([first, second].filter(({ signal }) => !signal.aborted)).toHaveLength(1);

    third.send("a", INIT, fragment("a9"));
    third.send("c", INIT, fragment("c9"));
    await vi.waitFor(() => expect(c.seen).toEqual(["init", "init", "c9"]));
    expect(a.seen).toEqual(["init", "a1", "init", "a9"]);
    expect(b.seen).toEqual(["init", "b1"]);
    expect([first, second].every(({ signal }) => signal.aborted)).toBe(true);
  });
});

it("does not keep an old connection for a tile that never begins", async () => {
  const { hub, call } = server();
  const a = viewer();
  hub.subscribe({ camera: "cameras/a", sound: false }, a.viewer);
  const first = await call(0);
  first.send("a", INIT);
  await vi.waitFor(() => expect(a.seen).toHaveLength(1));
  vi.useFakeTimers({ shouldAdvanceTime: true });

  hub.subscribe({ camera: "cameras/b", sound: false }, viewer().viewer);
  const second = await call(1);
  await vi.advanceTimersByTimeAsync(HANDOVER_MS);

  expect(first.signal.aborted).toBe(true);
  second.send("a", INIT);
  await vi.waitFor(() => expect(a.seen).toEqual(["init", "init"]));
});

it("gives nothing more to who has left", async () => {
  const { hub, call } = server();
  const [a, b] = [viewer(), viewer()];
  hub.subscribe({ camera: "cameras/a", sound: false }, a.viewer);
  const leaveB = hub.subscribe({ camera: "cameras/b", sound: false }, b.viewer);
  const first = await call(0);
  first.send("b", INIT);
  await vi.waitFor(() => expect(b.seen).toEqual(["init"]));

  leaveB();
  first.send("b", fragment("b1"));
  // What comes behind it over the same connection.
  first.send("a", INIT);
  await vi.waitFor(() => expect(a.seen).toEqual(["init"]));

  expect(b.seen).toEqual(["init"]);
});
