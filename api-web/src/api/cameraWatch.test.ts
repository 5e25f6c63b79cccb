/** The watch: patches of the cache, reconnection, heartbeats. */
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createRouterTransport } from "@connectrpc/connect";
import { QueryClient } from "@tanstack/react-query";
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  CameraService,
  CameraState,
  type WatchCamerasResponse,
  WatchCamerasResponseSchema,
} from "../gen/ronin/v1/camera_pb";
import { camera, WatchFeed } from "../test/fakeServer";
import { cameraListKey } from "./cameras";
import { CameraWatch } from "./cameraWatch";
import { BACKOFF_MS, QUIET_LIMIT_MS } from "./watch";

type Stream = (signal: AbortSignal) => AsyncIterable<WatchCamerasResponse>;

/** A watch on a server whose n-th stream is the n-th of `streams`; the last one repeats. */
function watchOf(...streams: Stream[]) {
  let calls = 0;
  const transport = createRouterTransport(({ service }) =>
    service(CameraService, {
      watchCameras: (_request, context) => {
        const stream = streams[Math.min(calls, streams.length - 1)];
        calls += 1;
        if (stream === undefined) {
          throw new Error("no stream");
        }
        return stream(context.signal);
      },
    }),
  );
  const queryClient = new QueryClient();
  const watch = new CameraWatch({ transport, queryClient, random: () => 0 });
  return {
    watch,
    calls: () => calls,
    names: () =>
      queryClient.getQueryData(cameraListKey(transport))?.cameras.map((c) => c.displayName),
    stateOf: (id: string) =>
      queryClient.getQueryData(cameraListKey(transport))?.cameras.find((c) => c.id === id)?.status
        ?.state,
  };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

async function* snapshotThenEnd(...names: string[]) {
  yield create(WatchCamerasResponseSchema, {
    event: {
      case: "snapshot",
      value: { cameras: names.map((displayName) => camera({ id: displayName, displayName })) },
    },
  });
}

// biome-ignore lint/correctness/useYield: a stream that fails before its first message.
async function* failing(code: Code): AsyncGenerator<WatchCamerasResponse> {
  throw new ConnectError("no", code);
}

describe("CameraWatch", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });

  it("fills the cache with the snapshot and is live", async () => {
    const feed = new WatchFeed();
    const { watch, names } = watchOf((signal) => feed.stream([camera()], signal));

    watch.start();
    await settle();

    expect(names()).toEqual(["Front door"]);
    expect(watch.state()).toEqual({ kind: "live" });
    watch.stop();
  });

  it("patches what changes, adds what is new by id and drops what is gone", async () => {
    const feed = new WatchFeed();
    const { watch, names, stateOf } = watchOf((signal) =>
      feed.stream([camera({ id: "b", displayName: "B" })], signal),
    );
    watch.start();
    await settle();

    feed.changed(camera({ id: "b", displayName: "B", status: { state: CameraState.BACKOFF } }));
    feed.changed(camera({ id: "a", displayName: "A" }));
    await settle();

    expect(names()).toEqual(["A", "B"]);
    expect(stateOf("b")).toBe(CameraState.BACKOFF);

    feed.send({ event: { case: "removed", value: "cameras/a" } });
    await settle();

    expect(names()).toEqual(["B"]);
    watch.stop();
  });

  it("forgets what a later snapshot does not name", async () => {
    const feed = new WatchFeed();
    const { watch, names } = watchOf((signal) =>
      feed.stream([camera({ id: "old", displayName: "Old" })], signal),
    );
    watch.start();
    await settle();

    feed.send({
      event: { case: "snapshot", value: { cameras: [camera({ id: "n", displayName: "New" })] } },
    });
    await settle();

    expect(names()).toEqual(["New"]);
    watch.stop();
  });

  it("opens a new stream after the first wait when one ends", async () => {
    const feed = new WatchFeed();
    const { watch, calls, names } = watchOf(
      () => snapshotThenEnd("First"),
      (signal) => feed.stream([camera({ displayName: "Second" })], signal),
    );
    watch.start();
    await settle();
    expect(watch.state()).toMatchObject({ kind: "lost" });
    expect(names()).toEqual(["First"]);

    await vi.advanceTimersByTimeAsync(BACKOFF_MS[0] ?? 0);

    expect(calls()).toBe(2);
    expect(names()).toEqual(["Second"]);
    expect(watch.state()).toEqual({ kind: "live" });
    watch.stop();
  });

  it("waits longer each time while the server is away", async () => {
    const { watch, calls } = watchOf(() => failing(Code.Unavailable));
    watch.start();
    await settle();

    for (const [index, wait] of [...BACKOFF_MS, BACKOFF_MS.at(-1) ?? 0].entries()) {
      expect(calls()).toBe(index + 1);
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(calls()).toBe(index + 1);
      await vi.advanceTimersByTimeAsync(1);
    }
    watch.stop();
  });

  it("begins with the short wait again after it was live", async () => {
    const { watch, calls } = watchOf(
      () => failing(Code.Unavailable),
      () => failing(Code.Unavailable),
      () => snapshotThenEnd("Back"),
    );
    watch.start();
    await vi.advanceTimersByTimeAsync((BACKOFF_MS[0] ?? 0) + (BACKOFF_MS[1] ?? 0));
    expect(calls()).toBe(3);

    await vi.advanceTimersByTimeAsync(BACKOFF_MS[0] ?? 0);

    expect(calls()).toBe(4);
    watch.stop();
  });

  it("takes a stream without heartbeats for dead", async () => {
    const { watch, calls } = watchOf((signal) => new WatchFeed().stream([], signal));
    watch.start();
    await vi.advanceTimersByTimeAsync(QUIET_LIMIT_MS - 1);
    expect(watch.state()).toEqual({ kind: "live" });

    await vi.advanceTimersByTimeAsync(1);
    expect(watch.state()).toMatchObject({ kind: "lost" });

    await vi.advanceTimersByTimeAsync(BACKOFF_MS[0] ?? 0);
    expect(calls()).toBe(2);
    watch.stop();
  });

  it("is kept alive by heartbeats", async () => {
    const feed = new WatchFeed();
    const { watch, calls } = watchOf((signal) => feed.stream([], signal));
    watch.start();

    for (let beat = 0; beat < 4; beat += 1) {
      await vi.advanceTimersByTimeAsync(15_000);
      feed.send({ event: { case: "heartbeat", value: {} } });
    }
    await settle();

    expect(calls()).toBe(1);
    expect(watch.state()).toEqual({ kind: "live" });
    watch.stop();
  });

  it("does not try again when the session is over", async () => {
    const { watch, calls } = watchOf(() => failing(Code.Unauthenticated));
    watch.start();

    await vi.advanceTimersByTimeAsync(60_000);

    expect(calls()).toBe(1);
  });

  it("tries at once when asked to", async () => {
    const { watch, calls } = watchOf(() => failing(Code.Unavailable));
    watch.start();
    await settle();

    watch.retryNow();
    await settle();

    expect(calls()).toBe(2);
    watch.stop();
  });

  it("opens nothing after it is stopped", async () => {
    const { watch, calls } = watchOf(() => failing(Code.Unavailable));
    watch.start();
    await settle();

    watch.stop();
    await vi.advanceTimersByTimeAsync(60_000);

    expect(calls()).toBe(1);
  });
});
