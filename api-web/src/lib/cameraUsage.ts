/** What the footage of one camera takes of the disk, in numbers and words. */
import type { GetStorageResponse } from "../gen/ronin/v1/storage_pb";
import { DAY_MS, duration, timestampMs } from "./time";
import { bytes, percent } from "./units";
import { daysWords } from "./volumes";

export interface CameraUsage {
  bytes: number;
  /** Of the footage of all cameras, 0 to 1. */
  share: number;
  oldestMs: number | undefined;
  /** From its oldest to its newest footage; undefined where there is none. */
  heldMs: number | undefined;
  /** What it writes a day; 0 where that is not known yet. */
  bytesPerDay: number;
}

/** What `camera` ("cameras/{id}") takes; undefined where that is not known. */
export function usageOf(
  storage: GetStorageResponse | undefined,
  camera: string,
): CameraUsage | undefined {
  const row = storage?.cameras.find((other) => other.camera === camera);
  if (storage === undefined || row === undefined) {
    return undefined;
  }
  const all = storage.cameras.reduce((sum, { recordedBytes }) => sum + Number(recordedBytes), 0);
  const oldestMs = timestampMs(row.oldestTime);
  const newestMs = timestampMs(row.newestTime);
  return {
    bytes: Number(row.recordedBytes),
    share: all === 0 ? 0 : Number(row.recordedBytes) / all,
    oldestMs,
    heldMs: oldestMs === undefined || newestMs === undefined ? undefined : newestMs - oldestMs,
    bytesPerDay: Number(row.bytesPerDay),
  };
}

/** "12 days", "40 min" */
export function heldWords(ms: number): string {
  return ms < DAY_MS ? duration(ms) : daysWords(ms / DAY_MS);
}

/** "48 GB · 12 days · 34 % of all footage" */
export function usageWords(usage: CameraUsage): string {
  return usage.heldMs === undefined
    ? "No footage yet"
    : [bytes(usage.bytes), heldWords(usage.heldMs), `${percent(usage.share)} of all footage`].join(
        " · ",
      );
}
