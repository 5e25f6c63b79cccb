/** Live pictures in a video element, with the browser's part played by fakes. */
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LiveFragmentSchema, LiveHeartbeatSchema, LiveInitSchema } from "../gen/ronin/v1/live_pb";
import { FakeMediaSource, stubMediaSource } from "../test/mediaSource";
import { PictureSink } from "./pictureSink";

const AVC = 'video/mp4; codecs="avc1.64001f"';
const init = (mimeType = AVC) => create(LiveInitSchema, { data: new Uint8Array([0]), mimeType });
const fragment = (byte: number, mediaMs = 0, wallMs = 0) =>
  create(LiveFragmentSchema, {
    data: new Uint8Array([byte]),
    wallTime: timestampFromMs(wallMs),
    mediaTime: {
      seconds: BigInt(Math.floor(mediaMs / 1_000)),
      nanos: (mediaMs % 1_000) * 1_000_000,
    },
  });

let video: HTMLVideoElement;
let sink: PictureSink;
const onFailure = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  stubMediaSource((type) => type.includes("avc1"));
  onFailure.mockReset();
  video = document.createElement("video");
  sink = new PictureSink({ video, onFailure });
  Object.defineProperty(video, "buffered", { get: () => buffer().buffered });
});

afterEach(() => {
  sink.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const buffer = () => FakeMediaSource.latest.buffer;

/** Time passes while these pictures are there. */
function look(start: number, end: number) {
  buffer().ranges = [[start, end]];
  vi.advanceTimersByTime(100);
}

it("hands on what waits in order and together, once the browser is ready", () => {
  sink.init(init());
  sink.fragment(fragment(1));
  FakeMediaSource.latest.open();
  expect(buffer().types).toEqual([AVC]);
  expect(buffer().appended).toEqual([[0, 1]]);

  sink.fragment(fragment(2));
  sink.fragment(fragment(3));
  buffer().done();
  expect(buffer().appended).toEqual([
    [0, 1],
    [2, 3],
  ]);
});

it("changes the type between what was of the old one and what is of the new", () => {
  const other = 'video/mp4; codecs="avc1.640028"';
  FakeMediaSource.latest.open();
  sink.init(init());
  sink.fragment(fragment(1));
  sink.init(init(other));
  sink.fragment(fragment(2));
  buffer().done();
  expect(buffer().types).toEqual([AVC]);
  buffer().done();
  expect(buffer().types).toEqual([AVC, other]);
  expect(buffer().appended).toEqual([[0], [1], [0, 2]]);
});

it("keeps near the newest picture, catches up, and jumps where it is far behind", () => {
  look(5, 9);
  expect(video.currentTime).toBeCloseTo(8.9);
  look(5, 9.5);
  expect(video.playbackRate).toBeGreaterThan(1);
  look(5, 9.05);
  expect(video.playbackRate).toBe(1);
  look(5, 12);
  expect(video.currentTime).toBeCloseTo(11.9);

  buffer().ranges = [
    [5, 12],
    [20, 20.5],
  ];
  vi.advanceTimersByTime(100);
  expect(video.currentTime, "over a gap").toBeCloseTo(20.4);
});

it("stays further behind after the picture stood still, and comes nearer in calm", () => {
  look(5, 9);
  video.dispatchEvent(new Event("waiting"));
  expect(sink.stalls).toBe(1);
  look(5, 20);
  expect(video.currentTime).toBeCloseTo(19.8);

  vi.advanceTimersByTime(61_000);
  look(5, 40);
  expect(video.currentTime).toBeCloseTo(39.9);
});

it("says how long ago the picture was taken, by the clock of the server", () => {
  FakeMediaSource.latest.open();
  const now = Date.now();
  sink.heartbeat(create(LiveHeartbeatSchema, { serverTime: timestampFromMs(now + 60_000) }));
  sink.fragment(fragment(1, 9_000, now + 60_000));
  expect(sink.latencySeconds).toBeUndefined();
  look(5, 9);
  expect(sink.latencySeconds).toBeCloseTo(0.1 + 0.1);
});

it("forgets what was played long ago", () => {
  FakeMediaSource.latest.open();
  sink.init(init());
  buffer().done();
  look(0, 100);
  vi.advanceTimersByTime(100);
  expect(buffer().removed.at(-1)?.[1]).toBeCloseTo(89.9);
});

it("gives up on what this browser cannot play, and on a browser that does not keep up", () => {
  sink.init(init('video/mp4; codecs="hvc1.1.6.L93.B0"'));
  expect(onFailure).toHaveBeenLastCalledWith("unsupported");
  for (let count = 0; count < 402; count += 1) {
    sink.fragment(fragment(1));
  }
  expect(onFailure).toHaveBeenLastCalledWith("media");
});
