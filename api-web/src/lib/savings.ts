/**
 * What came of footage that was encoded anew as H.265, in numbers and words. Pure.
 *
 * Not here: when it is encoded (`h265`), the jobs that do it (`jobs`).
 */
import { durationMs } from "@bufbuild/protobuf/wkt";
import type { TranscodeResult } from "../gen/ronin/v1/job_pb";
import { duration } from "./time";
import { bytes, count, percent } from "./units";

export interface Savings {
  /** "cameras/{id}"; empty: of all cameras. */
  camera: string;
  /** Files that H.265 ones took the place of. */
  files: number;
  footageMs: number;
  bytesBefore: number;
  bytesAfter: number;
  workMs: number;
  /** Encoders, each once. */
  encoders: readonly string[];
  /** Files that stay as they were recorded, most first. */
  left: readonly Left[];
}

export interface Left {
  /** "SAVES_TOO_LITTLE" */
  reason: string;
  files: number;
}

const NONE: Savings = {
  camera: "",
  files: 0,
  footageMs: 0,
  bytesBefore: 0,
  bytesAfter: 0,
  workMs: 0,
  encoders: [],
  left: [],
};

export function savingsOf(result: TranscodeResult): Savings {
  return {
    camera: result.camera,
    files: Number(result.files),
    footageMs: result.footage === undefined ? 0 : durationMs(result.footage),
    bytesBefore: Number(result.bytesBefore),
    bytesAfter: Number(result.bytesAfter),
    workMs: result.work === undefined ? 0 : durationMs(result.work),
    encoders: result.encoder === "" ? [] : [result.encoder],
    left: result.left.map(({ reason, count: files }) => ({ reason, files: Number(files) })),
  };
}

/** Those of each camera, who saved most first; and of all together. */
export function allSavings(results: readonly TranscodeResult[]): {
  cameras: Savings[];
  total: Savings;
} {
  const all = results.map(savingsOf);
  const cameras = all
    .filter((one) => one.camera !== "" && isAnything(one))
    .sort((a, b) => savedBytes(b) - savedBytes(a));
  return { cameras, total: all.find(({ camera }) => camera === "") ?? cameras.reduce(sum, NONE) };
}

function sum(a: Savings, b: Savings): Savings {
  const left = new Map(a.left.map(({ reason, files }) => [reason, files]));
  for (const { reason, files } of b.left) {
    left.set(reason, (left.get(reason) ?? 0) + files);
  }
  return {
    camera: "",
    files: a.files + b.files,
    footageMs: a.footageMs + b.footageMs,
    bytesBefore: a.bytesBefore + b.bytesBefore,
    bytesAfter: a.bytesAfter + b.bytesAfter,
    workMs: a.workMs + b.workMs,
    encoders: [...new Set([...a.encoders, ...b.encoders])],
    left: [...left]
      .map(([reason, files]) => ({ reason, files }))
      .sort((one, other) => other.files - one.files),
  };
}

/** Whether anything came of it, be it that files stay as they are. */
export function isAnything({ files, left }: Savings): boolean {
  return files > 0 || left.length > 0;
}

function savedBytes({ bytesBefore, bytesAfter }: Savings): number {
  return Math.max(bytesBefore - bytesAfter, 0);
}

/** "800 MB (57.1 %)" */
export function savedWords(savings: Savings): string {
  const share = savedShare(savings);
  return share === undefined ? bytes(0) : `${bytes(savedBytes(savings))} (${percent(share)})`;
}

/** Of what was recorded; undefined where nothing was encoded. */
function savedShare(savings: Savings): number | undefined {
  return savings.bytesBefore > 0 ? savedBytes(savings) / savings.bytesBefore : undefined;
}

/** "1.4 GB → 600 MB" */
export function sizeWords({ bytesBefore, bytesAfter }: Savings): string {
  return `${bytes(bytesBefore)} → ${bytes(bytesAfter)}`;
}

/** "3.2× real time": footage for each time of work; undefined where nothing was encoded. */
export function speedWords({ footageMs, workMs }: Savings): string | undefined {
  if (footageMs <= 0 || workMs <= 0) {
    return undefined;
  }
  const speed = footageMs / workMs;
  const digits = speed >= 10 ? 0 : speed >= 0.1 ? 1 : 2;
  return `${speed.toFixed(digits)}× real time`;
}

/** "12 files" */
export function filesWords(files: number): string {
  return files === 1 ? "1 file" : `${count(files)} files`;
}

/** What a job did so far: "12 files, 1 h of footage: 1.4 GB → 600 MB, 57.1 % less. 3.2× real time, with x265enc." */
export function madeWords(savings: Savings): string {
  const { files, footageMs, encoders } = savings;
  if (files === 0) {
    return "No file is encoded so far.";
  }
  const share = percent(savedShare(savings) ?? 0);
  const speed = [speedWords(savings), ...encoders.map((name) => `with ${name}`)].filter(Boolean);
  const made = `${filesWords(files)}, ${duration(footageMs)} of footage: ${sizeWords(savings)}, ${share} less.`;
  return speed.length === 0 ? made : `${made} ${speed.join(", ")}.`;
}

const REASONS: Readonly<Record<string, { short: string; long: string }>> = {
  SAVES_TOO_LITTLE: {
    short: "would save too little",
    long: "the new file was not smaller by as much as is asked for. They are not tried again.",
  },
  PICTURES_DIFFER: {
    short: "came out different",
    long: "pictures of the new file were missing, or not alike enough.",
  },
  FILE_UNREADABLE: {
    short: "cannot be read whole",
    long: "the recorded file has pictures that cannot be decoded.",
  },
  ENCODER_FAILED: {
    short: "the encoder failed",
    long: "System says which one is used, and what else this machine offers.",
  },
};

/** "would save too little"; a server that is newer than this page may have other reasons. */
function shortReason(reason: string): string {
  return REASONS[reason]?.short ?? `for another reason, ${reason}`;
}

/** Why files stay as they were recorded: "Would save too little (2 files): the new file was …" */
export function leftReason({ reason, files }: Left): string {
  const short = shortReason(reason);
  const head = `${short.charAt(0).toUpperCase()}${short.slice(1)} (${filesWords(files)})`;
  const long = REASONS[reason]?.long;
  return long === undefined ? `${head}.` : `${head}: ${long}`;
}

/** "3 files stay as they were recorded: would save too little (2), the encoder failed (1)."; or undefined. */
export function leftWords({ left }: Savings): string | undefined {
  const files = leftFiles(left);
  if (files === 0) {
    return undefined;
  }
  const reasons = left.map((one) => `${shortReason(one.reason)} (${count(one.files)})`);
  const stay = files === 1 ? "stays as it was" : "stay as they were";
  return `${filesWords(files)} ${stay} recorded: ${reasons.join(", ")}.`;
}

export function leftFiles(left: readonly Left[]): number {
  return left.reduce((all, { files }) => all + files, 0);
}
