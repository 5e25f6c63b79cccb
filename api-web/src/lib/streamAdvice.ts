/**
 * What the streams of a camera are good for, in words: which fits as main and which as sub stream,
 * and what recording them takes.
 *
 * Not here: trying a source (`api/probe`), and whether this browser plays a codec (`live/codecs`).
 */
import { MediaKind, type MediaStream } from "../gen/ronin/v1/common_pb";
import type { GetStorageResponse } from "../gen/ronin/v1/storage_pb";
import { hasAudio } from "./cameraWords";
import { bitsPerSecond, bytes } from "./units";
import { daysWords } from "./volumes";

/** A recording of less is rarely what was meant. */
const SMALL_WIDTH = 640;
/** The tiles of a grid show no more. */
const GRID_WIDTH = 1_280;
const DAY_S = 86_400;
/** The days that the estimate is made for. */
export const ESTIMATE_DAYS = 30;
/** What cameras usually send for one pixel of one picture. */
const USUAL_BITS_PER_PIXEL = { h264: 0.1, h265: 0.05 };
const USUAL_FPS = 25;

/** Streams that a check has seen; undefined where it has seen none. */
export interface SeenStreams {
  main: readonly MediaStream[] | undefined;
  sub: readonly MediaStream[] | undefined;
  /** Whether there is to be a sub stream, seen or not. */
  hasSub: boolean;
  /** Whether a check looked for the sub stream in vain. */
  isSubMissing: boolean;
}

export interface Advice {
  tone: "warning" | "info";
  title: string;
  text: string;
}

export function videoOf(streams: readonly MediaStream[] | undefined): MediaStream | undefined {
  return streams?.find(({ kind }) => kind === MediaKind.VIDEO);
}

/**
 * What to know before these streams are saved, the gravest first. `isPlayable` says it of an RFC 6381
 * codec in this browser, `subWhere` where the camera's sub stream is set.
 */
export function streamAdvice(
  seen: SeenStreams,
  isPlayable: (codec: string) => boolean,
  subWhere: string,
): Advice[] {
  const [main, sub] = [videoOf(seen.main), videoOf(seen.sub)];
  return [
    ...sizeAdvice(main, sub),
    ...(main ? codecAdvice(main, sub, seen, isPlayable) : []),
    ...(seen.main && !hasAudio(seen.main) ? [SILENT] : []),
    ...subAdvice(seen, sub, subWhere),
  ];
}

const SILENT: Advice = {
  tone: "warning",
  title: "Recordings will be silent",
  text: "The main stream carries no sound. If the camera has a microphone, switch audio on in its settings and check again.",
};

function sizeAdvice(main: MediaStream | undefined, sub: MediaStream | undefined): Advice[] {
  const advice: Advice[] = [];
  if (main && sub && pixels(main) < pixels(sub)) {
    advice.push({
      tone: "warning",
      title: "The main stream is smaller than the sub stream",
      text: `${size(main)} would be recorded although the camera sends ${size(sub)}. Swap the two.`,
    });
  }
  if (main && main.width > 0 && main.width < SMALL_WIDTH) {
    advice.push({
      tone: "warning",
      title: "Is this the sub stream?",
      text: `The picture to be recorded is only ${main.width} pixels wide. Look for the path of the camera's main stream.`,
    });
  }
  if (main && sub && pixels(main) > 0 && pixels(main) === pixels(sub)) {
    advice.push({
      tone: "warning",
      title: "Main and sub stream have the same size",
      text: "The sub stream spares nothing like this. Set a smaller size for it in the camera, such as 640 × 360.",
    });
  }
  return advice;
}

function codecAdvice(
  main: MediaStream,
  sub: MediaStream | undefined,
  { hasSub, isSubMissing }: SeenStreams,
  isPlayable: (codec: string) => boolean,
): Advice[] {
  if (isPlayable(codecOf(main))) {
    return [];
  }
  const recorded = `${codecName(main)} is recorded as it is, but this browser cannot play it`;
  if (sub ? isPlayable(codecOf(sub)) : hasSub && !isSubMissing) {
    return [
      {
        tone: "info",
        title: "Live in the grid only, in this browser",
        text: `${recorded}. The grid shows the sub stream${sub ? "" : " if that is H.264"}; to watch footage use another browser, or set the main stream to H.264.`,
      },
    ];
  }
  return [
    {
      tone: "warning",
      title: "Nothing to see in this browser",
      text: `${recorded}, and there is no sub stream in H.264 to show in its place. Set the camera to H.264, or give it a sub stream in H.264.`,
    },
  ];
}

function subAdvice(seen: SeenStreams, sub: MediaStream | undefined, subWhere: string): Advice[] {
  if (!seen.hasSub) {
    return [
      {
        tone: "info",
        title: "No sub stream",
        text: `With a small second stream the grid takes a fraction of the network and of the browser's work. It is set ${subWhere}; then enter its path under Connection.`,
      },
    ];
  }
  if (seen.isSubMissing) {
    return [
      {
        tone: "warning",
        title: "The sub stream was not seen",
        text: "It is saved as entered. Until it can be reached, the grid shows the main stream in its place.",
      },
    ];
  }
  return sub && sub.width > GRID_WIDTH
    ? [
        {
          tone: "warning",
          title: "The sub stream is large",
          text: `${size(sub)} is more than a tile shows and costs more for the grid. Set it to about 640 × 360 in the camera.`,
        },
      ]
    : [];
}

function pixels({ width, height }: MediaStream): number {
  return width * height;
}

function size({ width, height }: MediaStream): string {
  return `${width} × ${height}`;
}

function codecName({ codec }: MediaStream): string {
  return codec || "The codec";
}

/** The RFC 6381 string, or a common one of the codec where it is not known. */
function codecOf({ codec, codecString }: MediaStream): string {
  return codecString || (codec.startsWith("H.265") ? "hvc1.1.6.L120.90" : "avc1.640028");
}

/** What a check says that the step about streams says in other words, or not of a sub stream. */
const SAID_ELSEWHERE = [/sub stream\?/, /^H\.265 is recorded/, /^no sound/];

/** The warnings of a check that are told nowhere else. */
export function checkWarnings(warnings: readonly string[]): string[] {
  return warnings.filter((warning) => !SAID_ELSEWHERE.some((known) => known.test(warning)));
}

export interface StorageEstimate {
  bitsPerSecond: number;
  /** Whether the camera was seen to send so much; otherwise it is what most send of this size. */
  isMeasured: boolean;
  bytesPerDay: number;
  /** What `ESTIMATE_DAYS` days need. */
  bytesForDays: number;
}

/** What recording a main stream takes; undefined where its size is not known either. */
export function storageEstimate(
  streams: readonly MediaStream[] | undefined,
): StorageEstimate | undefined {
  const video = videoOf(streams);
  if (streams === undefined || video === undefined) {
    return undefined;
  }
  const isMeasured = video.bitsPerSecond > 0n;
  const bits = isMeasured
    ? streams.reduce((sum, stream) => sum + Number(stream.bitsPerSecond), 0)
    : usualBits(video);
  if (bits === 0) {
    return undefined;
  }
  const bytesPerDay = (bits / 8) * DAY_S;
  return {
    bitsPerSecond: bits,
    isMeasured,
    bytesPerDay,
    bytesForDays: bytesPerDay * ESTIMATE_DAYS,
  };
}

function usualBits(video: MediaStream): number {
  const perPixel = video.codec.startsWith("H.265")
    ? USUAL_BITS_PER_PIXEL.h265
    : USUAL_BITS_PER_PIXEL.h264;
  return Math.round(pixels(video) * (video.framesPerSecond || USUAL_FPS) * perPixel);
}

/** The estimate in sentences. */
export function estimateWords(estimate: StorageEstimate): string {
  const rate = bitsPerSecond(estimate.bitsPerSecond);
  const from = estimate.isMeasured
    ? `At the ${rate} that were measured,`
    : `The check was too short to measure the bitrate. At ${rate}, which is usual for such a picture,`;
  return `${from} a day takes ${bytes(estimate.bytesPerDay)} and ${ESTIMATE_DAYS} days need ${bytes(estimate.bytesForDays)}.`;
}

/**
 * Whether that fits on the disk, in sentences; undefined where the disk is not known. `camera`: the
 * "cameras/{id}" that it is about, where it is there already.
 */
export function roomWords(
  estimate: StorageEstimate,
  storage: GetStorageResponse | undefined,
  camera?: string,
): { isEnough: boolean; text: string } | undefined {
  const volume = storage?.volumes[0];
  if (volume === undefined || volume.totalBytes === 0n) {
    return undefined;
  }
  const reserve = Number(storage?.policy?.reserveBytes ?? 0n);
  const free = Math.max(0, Number(volume.freeBytes) - reserve);
  const isEnough = free >= estimate.bytesForDays;
  const fits = isEnough
    ? `${bytes(free)} are free for footage on ${volume.path}.`
    : `${bytes(free)} are free for footage on ${volume.path}: enough for ${daysWords(free / estimate.bytesPerDay)} of this camera alone. When it is full the oldest footage is deleted.`;
  const own = storage?.cameras.find((row) => row.camera === camera)?.bytesPerDay ?? 0n;
  const others = Number((storage?.forecast?.bytesPerDay ?? 0n) - own);
  return {
    isEnough,
    text: others > 0 ? `${fits} The other cameras write ${bytes(others)} a day.` : fits,
  };
}
