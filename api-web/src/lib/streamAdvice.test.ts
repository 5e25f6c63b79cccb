/** What streams are good for, and what recording them takes. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { MediaKind, type MediaStream, MediaStreamSchema } from "../gen/ronin/v1/common_pb";
import { GetStorageResponseSchema } from "../gen/ronin/v1/storage_pb";
import {
  checkWarnings,
  estimateWords,
  roomWords,
  type SeenStreams,
  storageEstimate,
  streamAdvice,
} from "./streamAdvice";

const GB = 1_000_000_000n;

function video(
  width: number,
  height: number,
  init: Exclude<MessageInitShape<typeof MediaStreamSchema>, MediaStream> = {},
): MediaStream {
  return create(MediaStreamSchema, {
    kind: MediaKind.VIDEO,
    codec: "H.264 (High Profile)",
    codecString: "avc1.640028",
    width,
    height,
    framesPerSecond: 25,
    ...init,
  });
}

const sound = create(MediaStreamSchema, { kind: MediaKind.AUDIO, codec: "AAC" });
const h265 = { codec: "H.265 (Main Profile)", codecString: "hvc1.1.6.L120.90" };
const large = [video(1920, 1080), sound];
const small = [video(640, 360)];
const everything = () => true;
const onlyH264 = (codec: string) => codec.startsWith("avc1");

function titles(
  seen: Partial<SeenStreams>,
  isPlayable: (codec: string) => boolean = everything,
): string[] {
  const all = { main: large, sub: small, hasSub: true, isSubMissing: false, ...seen };
  return streamAdvice(all, isPlayable, "under Video").map(({ title }) => title);
}

describe("advice about streams", () => {
  it("is silent where all is well", () => {
    expect(titles({})).toEqual([]);
  });

  it.each<[string, Partial<SeenStreams>, string[]]>([
    [
      "main smaller than sub",
      { main: [video(640, 360), sound], sub: [video(1920, 1080)] },
      ["The main stream is smaller than the sub stream", "The sub stream is large"],
    ],
    [
      "a narrow main stream",
      { main: [video(352, 288), sound], sub: [video(320, 240)] },
      ["Is this the sub stream?"],
    ],
    [
      "two of a size",
      { main: [video(640, 360), sound] },
      ["Main and sub stream have the same size"],
    ],
    ["no sound", { main: [video(1920, 1080)] }, ["Recordings will be silent"]],
    ["a large sub stream", { sub: [video(1281, 720)] }, ["The sub stream is large"]],
    ["no sub stream", { sub: undefined, hasSub: false }, ["No sub stream"]],
    [
      "a sub stream that fails",
      { sub: undefined, isSubMissing: true },
      ["The sub stream was not seen"],
    ],
    ["a sub stream not looked for", { sub: undefined }, []],
    ["nothing seen at all", { main: undefined, sub: undefined }, []],
  ])("warns of %s", (_what, seen, expected) => {
    expect(titles(seen)).toEqual(expected);
  });

  it("says where the sub stream is set and what it would bring", () => {
    const [advice] = streamAdvice(
      { main: large, sub: undefined, hasSub: false, isSubMissing: false },
      everything,
      "under Video",
    );

    expect(advice?.text).toMatch(/grid.*under Video/);
  });

  it.each<[string, Partial<SeenStreams>, string]>([
    ["with H.264 beside it", {}, "Live in the grid only, in this browser"],
    [
      "with a sub stream not looked for",
      { sub: undefined },
      "Live in the grid only, in this browser",
    ],
    ["with H.265 beside it", { sub: [video(640, 360, h265)] }, "Nothing to see in this browser"],
    ["alone", { sub: undefined, hasSub: false }, "Nothing to see in this browser"],
  ])("tells that H.265 cannot be played here, %s", (_what, seen, title) => {
    expect(titles({ main: [video(1920, 1080, h265), sound], ...seen }, onlyH264)).toContain(title);
  });

  it("does not tell so where H.265 can be played", () => {
    expect(titles({ main: [video(1920, 1080, h265), sound] })).toEqual([]);
  });
});

it("leaves out what a check says and the streams step says better", () => {
  expect(
    checkWarnings([
      "the picture is only 352 pixels wide: is this the camera's sub stream?",
      "H.265 is recorded as it is, but not every browser can show it",
      "no sound: recordings will be silent",
      "a key frame comes only every 10 s",
    ]),
  ).toEqual(["a key frame comes only every 10 s"]);
});

describe("what recording takes", () => {
  const measured = storageEstimate([video(1920, 1080, { bitsPerSecond: 4_000_000n })]);

  it("is reckoned from the measured bitrate", () => {
    // 4 Mb/s are 500 000 bytes a second: 43.2 GB a day.
    expect(measured).toMatchObject({ isMeasured: true, bytesPerDay: 43_200_000_000 });
    expect(measured && estimateWords(measured)).toBe(
      "At the 4.0 Mb/s that were measured, a day takes 43 GB and 30 days need 1.3 TB.",
    );
  });

  it("is called usual where nothing was measured", () => {
    const usual = storageEstimate([video(1920, 1080)]);

    expect(usual).toMatchObject({ isMeasured: false, bitsPerSecond: 5_184_000 });
    expect(usual && estimateWords(usual)).toMatch(/too short to measure.*usual for such a picture/);
    expect(storageEstimate([video(0, 0)])).toBeUndefined();
    expect(storageEstimate(undefined)).toBeUndefined();
  });

  it("is compared with what is free for footage", () => {
    const disk = (freeBytes: bigint) =>
      create(GetStorageResponseSchema, {
        volumes: [{ path: "/media", totalBytes: 9_000n * GB, freeBytes }],
        policy: { reserveBytes: 2n * GB },
        forecast: { bytesPerDay: 25n * GB },
        cameras: [{ camera: "cameras/door", bytesPerDay: 25n * GB }],
      });
    if (measured === undefined) {
      throw new Error("the bitrate is known");
    }

    expect(roomWords(measured, disk(2_002n * GB))).toEqual({
      isEnough: true,
      text: "2.0 TB are free for footage on /media. The other cameras write 25 GB a day.",
    });
    expect(roomWords(measured, disk(434n * GB))).toMatchObject({
      isEnough: false,
      text: expect.stringMatching(/432 GB .* enough for 10 days .* oldest footage is deleted/),
    });
    expect(roomWords(measured, disk(2_002n * GB), "cameras/door")?.text).toBe(
      "2.0 TB are free for footage on /media.",
    );
    expect(roomWords(measured, undefined)).toBeUndefined();
  });
});
