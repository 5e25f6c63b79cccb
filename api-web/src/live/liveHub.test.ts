/** The one connection for all tiles. */
import { create } from "@bufbuild/protobuf";
import { createRouterTransport } from "@connectrpc/connect";
import { expect, it, vi } from "vitest";
import {
  LiveFragmentSchema,
  LiveService,
  LiveTileEndSchema,
  type StreamLiveTilesRequest,
  StreamLiveTilesResponseSchema,
} from "../gen/ronin/v1/live_pb";
import { LiveHub, type Viewer } from "./liveHub";

interface Call {
  request: StreamLiveTilesRequest;
  signal: AbortSignal;
}

function server() {
  const calls: Call[] = [];
  const transport = createRouterTransport(({ service }) => {
    service(LiveService, {
      async *streamLiveTiles(request, { signal }) {
        calls.push({ request, signal });
        for (const [tile, { camera }] of request.tiles.entries()) {
          const fragment = create(LiveFragmentSchema, { data: new TextEncoder().encode(camera) });
          const isGone = camera === "cameras/gone";
          yield create(StreamLiveTilesResponseSchema, {
            tile,
            event: isGone
              ? { case: "end", value: create(LiveTileEndSchema, { reason: "CAMERA_NOT_FOUND" }) }
              : { case: "message", value: { content: { case: "fragment", value: fragment } } },
          });
        }
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
  });
  return { calls, hub: new LiveHub(transport) };
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
  const { calls, hub } = server();
  const [a, b, gone] = [viewer(), viewer(), viewer()];
  hub.subscribe("cameras/a", false, a.viewer);
  hub.subscribe("cameras/b", true, b.viewer);
  hub.subscribe("cameras/gone", false, gone.viewer);

  await vi.waitFor(() => expect(gone.seen).toEqual(["CAMERA_NOT_FOUND"]));

  expect(a.seen).toEqual(["cameras/a"]);
  expect(b.seen).toEqual(["cameras/b"]);
  expect(calls).toHaveLength(1);
  expect(calls[0]?.request.tiles.map((tile) => tile.sound)).toEqual([false, true, false]);
});

it("asks anew when tiles come or go, and lets go with the last", async () => {
  const { calls, hub } = server();
  const [a, b] = [viewer(), viewer()];
  const leaveA = hub.subscribe("cameras/a", false, a.viewer);
  await vi.waitFor(() => expect(a.seen).toHaveLength(1));

  const leaveB = hub.subscribe("cameras/b", false, b.viewer);
  await vi.waitFor(() => expect(b.seen).toHaveLength(1));
  expect(calls.map((call) => call.request.tiles.length)).toEqual([1, 2]);
  expect(calls[0]?.signal.aborted).toBe(true);

  leaveA();
  leaveB();
  await vi.waitFor(() => expect(calls[1]?.signal.aborted).toBe(true));
  expect(calls).toHaveLength(2);
});
