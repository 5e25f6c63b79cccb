/**
 * What the removal of a camera costs, in numbers and words: what goes at once, and what stays until
 * retention takes it.
 *
 * Not here: asking for the numbers (`api/footage`).
 */
import type { Camera } from "../gen/ronin/v1/camera_pb";
import type { StoragePolicy } from "../gen/ronin/v1/storage_pb";
import { dateTime } from "./time";
import { bytes, count } from "./units";
import { limitWords, policyWords } from "./volumes";

/** Footage of a camera. */
export interface Footage {
  bytes: bigint;
  segments: bigint;
  /** Days on which some of it begins, of the last year. */
  days: number;
  /** Whether some of it is older than that. */
  isOlder: boolean;
  oldestMs: number | undefined;
  protectedSpans: number;
  /** Folder on the server; undefined where it is not known. */
  folder: string | undefined;
  policy: StoragePolicy | undefined;
}

/** What ends with the camera, and at once. */
export function goes(camera: Camera): string[] {
  const own = limitWords(camera.record?.retentionDays, camera.record?.retentionMaxBytes);
  return [
    "Its connection, its live picture and its recording. The file that is being written is finished.",
    "Its settings and the stored password, and its place in layouts.",
    "Its pages here: footage of a camera that is not there cannot be watched in this app.",
    ...(own ? [`Its own limits (${own}). Those of all cameras hold for its footage then.`] : []),
  ];
}

/** What stays on the server. */
export function stays(camera: Camera, footage: Footage): string[] {
  if (footage.segments === 0n) {
    return ["Nothing: it has no recorded footage."];
  }
  const { folder, policy, protectedSpans: spans } = footage;
  return [
    `${footageWords(footage)}${folder ? `, as files in ${folder}` : ""}. No file is deleted now.`,
    policy
      ? `${policyWords(policy)} That takes this footage too.`
      : "Retention takes this footage like that of all cameras, the oldest first.",
    ...(spans > 0
      ? [
          `${spans === 1 ? "1 protected span" : `${count(spans)} protected spans`}: never deleted. To let them go, take the protection away before; afterwards only the API can.`,
        ]
      : []),
    `A camera that is added later with the id ${camera.id} has this footage on its timeline again.`,
  ];
}

/** "48 GB of 12 days, in 1 234 segments since 12 Nov 2026, 14:05:09" */
export function footageWords(footage: Footage): string {
  const { days, isOlder, oldestMs, segments } = footage;
  const of = days === 1 && !isOlder ? "1 day" : `${isOlder ? "more than " : ""}${count(days)} days`;
  const since = oldestMs === undefined ? "" : ` since ${dateTime(oldestMs)}`;
  return `${bytes(footage.bytes)} of ${of}, in ${segments === 1n ? "1 segment" : `${count(segments)} segments`}${since}`;
}
