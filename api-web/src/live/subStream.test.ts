/** The sub stream first, and the main stream where that does not do. */
import { create } from "@bufbuild/protobuf";
import { beforeEach, expect, it } from "vitest";
import { StreamKind } from "../gen/ronin/v1/common_pb";
import { LiveTileEndSchema } from "../gen/ronin/v1/live_pb";
import { attached, playerWith, preparePlayerTest, SOURCE, still } from "../test/player";
import type { LiveHub, Viewer } from "./liveHub";
import { SUB_WAIT_MS } from "./livePlayer";

beforeEach(preparePlayerTest);

const WITH_SUB = { ...SOURCE, prefersSub: true };
const H265 = ["hvc1.1.6.L120.90"];

/** A hub that notes who watches what. */
function fakeHub() {
  const watched: { stream: StreamKind | undefined; viewer: Viewer; isOver: boolean }[] = [];
  const hub = {
    subscribe: (_camera: string, _sound: boolean, viewer: Viewer, stream?: StreamKind) => {
      const entry = { stream, viewer, isOver: false };
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
  expect(player.state).toEqual({ kind: "unsupported", codec: "hvc1.1.6.L120.90" });
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
