/** The sub stream first, and the main stream where that does not do. */
import { create } from "@bufbuild/protobuf";
import { beforeEach, expect, it } from "vitest";
import { StreamKind } from "../gen/ronin/v1/common_pb";
import { LiveInitSchema, LiveRendition, LiveTileEndSchema } from "../gen/ronin/v1/live_pb";
import { stubMediaSource } from "../test/mediaSource";
import { attached, playerWith, preparePlayerTest, SOURCE, still } from "../test/player";
import type { LiveHub, Viewer, Wanted } from "./liveHub";
import { RETRY_WAIT_MS, STALL_MS, SUB_WAIT_MS } from "./livePlayer";

beforeEach(preparePlayerTest);

const WITH_SUB = { ...SOURCE, prefersSub: true };
const H265 = ["hvc1.1.6.L120.90"];

/** A hub that notes who watches what. */
function fakeHub() {
  const watched: (Wanted & { viewer: Viewer; isOver: boolean })[] = [];
  const hub = {
    subscribe: (wanted: Wanted, viewer: Viewer) => {
      const entry = { ...wanted, viewer, isOver: false };
      watched.push(entry);
      return () => {
        entry.isOver = true;
      };
    },
  };
  return { hub: hub as unknown as LiveHub, watched };
}

function started(source = WITH_SUB) {
  const { hub, watched } = fakeHub();
  const rest = playerWith(undefined, hub);
  rest.player.start(source);
  const streams = () => watched.map(({ stream, isOver }) => [stream, isOver]);
  return { ...rest, watched, streams };
}

it("takes the sub stream where it is preferred, and the main stream elsewhere", async () => {
  const small = started();
  const large = started(SOURCE);
  await attached();

  expect(small.streams()).toEqual([[StreamKind.SUB, false]]);
  expect(large.streams()).toEqual([[StreamKind.MAIN, false]]);
});

it("takes the main stream at once where there is no sub stream after all", async () => {
  const { watched, streams, player } = started();
  await attached();

  watched[0]?.viewer.onEnd(create(LiveTileEndSchema, { code: 9, reason: "STREAM_NOT_LIVE" }));
  await attached();

  expect(streams()).toEqual([
    [StreamKind.SUB, true],
    [StreamKind.MAIN, false],
  ]);
  expect(player.state).toEqual({ kind: "loading" });
});

it("takes the main stream where no picture of the sub stream comes", async () => {
  const { streams, losePicture } = started();
  losePicture();
  await still(SUB_WAIT_MS - 1_000);
  expect(streams()).toEqual([[StreamKind.SUB, false]]);

  await still(1_000);
  expect(streams()).toEqual([
    [StreamKind.SUB, true],
    [StreamKind.MAIN, false],
  ]);
});

it("plays the sub stream of a camera whose main stream cannot be played here", async () => {
  const { player, watched, streams } = started({ ...WITH_SUB, codecs: H265 });
  await attached();
  expect(streams()).toEqual([[StreamKind.SUB, false]]);
  expect(player.state).toEqual({ kind: "loading" });

  watched[0]?.viewer.onEnd(create(LiveTileEndSchema, { code: 9, reason: "STREAM_NOT_LIVE" }));
  await attached();
  expect(streams().at(-1)).toEqual([StreamKind.MAIN, false]);
  expect(watched.at(-1)?.rendition).toBe(LiveRendition.H264);
  expect(player.mode).toBe("encoded");
});

it("asks for H.264 where a stream cannot be played, the sub stream first", async () => {
  const { player, watched, streams } = started();
  await attached();
  expect([watched[0]?.rendition, player.mode]).toEqual([LiveRendition.UNSPECIFIED, "pictures"]);

  watched[0]?.viewer.onInit(create(LiveInitSchema, { mimeType: `video/mp4; codecs="${H265[0]}"` }));
  await attached();

  expect(streams()).toEqual([
    [StreamKind.SUB, true],
    [StreamKind.SUB, false],
  ]);
  expect([watched[1]?.rendition, player.mode]).toEqual([LiveRendition.H264, "encoded"]);
});

it("says why the server does not encode, and does not ask again by itself", async () => {
  const { player, watched } = started({ ...SOURCE, codecs: H265 });
  await attached();
  const message = "the server encodes 2 streams for browsers already: close one";

  watched[0]?.viewer.onEnd(
    create(LiveTileEndSchema, { code: 8, reason: "RENDITIONS_BUSY", message }),
  );
  await still(60_000);

  const reason = "The server encodes 2 streams for browsers already: close one.";
  expect(player.state).toEqual({ kind: "failed", reason });
  expect(watched.map(({ isOver }) => isOver)).toEqual([true]);
});

it("names the codec where the browser plays not even H.264", async () => {
  stubMediaSource(() => false);
  const { player, watched } = started({ ...SOURCE, codecs: H265 });
  await attached();

  expect(player.state).toEqual({ kind: "unsupported", codec: H265[0] });
  expect(watched).toEqual([]);
});

it("tries the sub stream again when it begins anew", async () => {
  const { player, watched, streams } = started();
  await attached();
  watched[0]?.viewer.onEnd(create(LiveTileEndSchema, { code: 9, reason: "STREAM_NOT_LIVE" }));
  await attached();

  player.reconnect();
  await attached();
  expect(streams().at(-1)).toEqual([StreamKind.SUB, false]);
});

it("goes over to HLS where the server says that pictures come and none does", async () => {
  const { player, watched, losePicture } = started(SOURCE);
  losePicture();
  await still(2 * STALL_MS + (RETRY_WAIT_MS[0] ?? 0) + (RETRY_WAIT_MS[1] ?? 0) + 1_000);

  expect(watched).toHaveLength(2);
  expect(watched.every(({ isOver }) => isOver)).toBe(true);
  expect(player.mode).toBe("hls");
});
