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

/** Pictures of this length, in seconds. */
const STEP = 0.1;
/** How far behind the quickest picture is right where all are as quick: one picture, and a little. */
const NEAR = STEP + 0.03;

/** A picture of this time in the stream arrives, the last of those that are there. */
function arrive(mediaS: number, start = 0) {
  sink.fragment(fragment(1, Math.round(mediaS * 1_000)));
  buffer().ranges = [[start, mediaS + STEP]];
}

/** For some seconds a picture arrives each 100 ms, every tenth of them late, and the video plays. */
function stream(fromS: number, untilS: number, lateMs = 0) {
  for (let at = fromS; at < untilS - 1e-6; at += STEP) {
    const isLate = Math.round(at * 10) % 10 === 0;
    play(isLate ? lateMs : 0);
    arrive(at);
    play(STEP * 1_000 - (isLate ? lateMs : 0));
  }
}

/** The video plays what it has. */
function play(ms: number) {
  for (let passed = 0; passed < ms; passed += 10) {
    vi.advanceTimersByTime(10);
    const end = video.buffered.length > 0 ? video.buffered.end(0) : 0;
    video.currentTime = Math.min(end, video.currentTime + 0.01 * video.playbackRate);
  }
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

it("leaves out what another connection sends once more", () => {
  FakeMediaSource.latest.open();
  sink.init(init());
  sink.fragment(fragment(1, 1_000));
  buffer().done();
  sink.fragment(fragment(2, 1_100));
  buffer().done();
  buffer().done();

  sink.init(init());
  sink.fragment(fragment(1, 1_000));
  sink.fragment(fragment(2, 1_100));
  sink.fragment(fragment(3, 1_200));
  buffer().done();
  expect(buffer().appended).toEqual([[0], [1], [2], [3]]);

  // The clock was set back: the same times, and other pictures.
  sink.init(init());
  sink.fragment(fragment(9, 1_100, -3_600_000));
  buffer().done();
  expect(buffer().appended.at(-1)).toEqual([9]);
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

it("keeps a little behind the quickest picture, catches up, and jumps where it is far behind", () => {
  stream(5, 8);
  expect(8 - video.currentTime).toBeCloseTo(NEAR, 1);
  expect(video.playbackRate).toBe(1);

  video.currentTime -= 0.5;
  stream(8, 9);
  expect(video.playbackRate).toBeGreaterThan(1);
  stream(9, 20);
  expect(20 - video.currentTime).toBeCloseTo(NEAR, 1);
  expect(video.playbackRate).toBe(1);

  video.currentTime -= 3;
  vi.advanceTimersByTime(100);
  expect(video.currentTime, "at once").toBeCloseTo(20.1 - NEAR);
});

it("begins where it is to play, however the first pictures come", () => {
  FakeMediaSource.latest.open();
  sink.init(init());
  arrive(5.2, 5);
  buffer().done();
  expect(video.currentTime).toBeGreaterThan(5);
  arrive(5.8, 5);
  buffer().done();
  expect(video.currentTime, "the rest of them").toBeCloseTo(5.8 - 0.05 - NEAR);
});

it("plays on behind a gap", () => {
  stream(5, 8);
  buffer().ranges = [
    [5, 8],
    [8.04, 8.14],
  ];
  vi.advanceTimersByTime(100);
  expect(video.currentTime).toBeGreaterThanOrEqual(8.04);
});

it("waits where it has played a little beyond what there is", () => {
  stream(5, 8);
  video.currentTime = 8.3;
  vi.advanceTimersByTime(100);
  expect(video.currentTime).toBe(8.3);
  expect(video.playbackRate).toBeLessThan(1);

  video.currentTime = 9;
  vi.advanceTimersByTime(100);
  expect(video.currentTime).toBeLessThan(8.1);
});

it("stays as far behind as pictures are late, without standing still for it", () => {
  stream(5, 8);
  stream(8, 18, 90);
  expect(18 - video.currentTime).toBeCloseTo(0.09 + NEAR, 1);
  expect(sink.stalls).toBe(0);
});

it("stays further behind after the picture stood still, and comes nearer in calm", () => {
  stream(5, 8);
  video.dispatchEvent(new Event("waiting"));
  expect(sink.stalls).toBe(1);
  vi.advanceTimersByTime(50);
  video.dispatchEvent(new Event("waiting"));
  expect(sink.stalls, "one after the other").toBe(2);
  stream(8, 15);
  expect(15 - video.currentTime).toBeCloseTo(NEAR + 0.05, 1);

  stream(15, 80);
  expect(80 - video.currentTime).toBeCloseTo(NEAR, 1);
});

it("stays further behind while others play in the page", () => {
  const others = Array.from(
    { length: 30 },
    () => new PictureSink({ video: document.createElement("video"), onFailure }),
  );
  stream(5, 15);
  expect(15 - video.currentTime, "not without end").toBeCloseTo(NEAR + 0.15, 1);

  for (const other of others) {
    other.close();
    other.close();
  }
  stream(15, 20);
  expect(20 - video.currentTime).toBeCloseTo(NEAR, 1);
});

it("says how long ago the picture was taken, by the clock of the server", () => {
  FakeMediaSource.latest.open();
  const now = Date.now();
  sink.heartbeat(create(LiveHeartbeatSchema, { serverTime: timestampFromMs(now + 60_000) }));
  sink.fragment(fragment(1, 9_000, now + 60_000));
  expect(sink.latencySeconds).toBeUndefined();
  buffer().ranges = [[5, 9.1]];
  vi.advanceTimersByTime(100);
  expect(sink.latencySeconds).toBeCloseTo(0.03);
});

it("forgets what was played long ago", () => {
  FakeMediaSource.latest.open();
  sink.init(init());
  buffer().done();
  arrive(100);
  buffer().done();
  vi.advanceTimersByTime(200);
  expect(buffer().removed.at(-1)?.[1]).toBeCloseTo(90, 0);
});

it("gives up on what this browser cannot play, and on a browser that does not keep up", () => {
  sink.init(init('video/mp4; codecs="hvc1.1.6.L93.B0"'));
  expect(onFailure).toHaveBeenLastCalledWith("unsupported");
  for (let count = 0; count < 402; count += 1) {
    sink.fragment(fragment(1));
  }
  expect(onFailure).toHaveBeenLastCalledWith("media");
});
