/** A disk as parts of a bar, and the limits of footage in words. */
import type { StoragePolicy, Volume } from "../gen/ronin/v1/storage_pb";
import { bytes, count } from "./units";

export type PartKey = "footage" | "protected" | "other" | "free" | "reserve";

export interface VolumePart {
  key: PartKey;
  label: string;
  bytes: number;
  /** Of the whole disk, 0 to 1. */
  share: number;
}

/** What is on a disk, from left to right; the parts make the whole disk. */
export function volumeParts(volume: Volume, reserveBytes: bigint): VolumePart[] {
  const total = Number(volume.totalBytes);
  const free = Math.min(Number(volume.freeBytes), total);
  const used = total - free;
  const recorded = Math.min(Number(volume.recordedBytes), used);
  const kept = Math.min(Number(volume.protectedBytes), recorded);
  const reserve = Math.min(Number(reserveBytes), free);
  const part = (key: PartKey, label: string, size: number): VolumePart => ({
    key,
    label,
    bytes: size,
    share: total > 0 ? size / total : 0,
  });
  return [
    part("footage", "Footage", recorded - kept),
    part("protected", "Protected footage", kept),
    part("other", "Other files", used - recorded),
    part("free", "Free for footage", free - reserve),
    part("reserve", "Reserve, stays free", reserve),
  ];
}

/** "Footage 1.2 TB, protected footage 40 GB, …" */
export function partsWords(parts: readonly VolumePart[]): string {
  return parts.map(({ label, bytes: size }) => `${label} ${bytes(size)}`).join(", ");
}

/** "30 days", "1 day", "12 hours" */
export function daysWords(days: number): string {
  if (days < 1) {
    const hours = Math.round(days * 24 * 10) / 10;
    return hours === 1 ? "1 hour" : `${hours} hours`;
  }
  const rounded = Math.round(days * 10) / 10;
  return rounded === 1 ? "1 day" : `${rounded} days`;
}

/** The limits of age and size, together: "30 days, at most 500 GB"; undefined where there is none. */
export function limitWords(days: number | undefined, maxBytes: bigint | undefined) {
  const parts = [
    ...(days ? [daysWords(days)] : []),
    ...(maxBytes ? [`at most ${bytes(maxBytes)}`] : []),
  ];
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** What the policy keeps, in a sentence. */
export function policyWords(policy: StoragePolicy): string {
  const { retentionDays: days, retentionMaxBytes: max } = policy;
  const age = days ? `for ${daysWords(days)}` : "as long as it fits";
  const size = max ? `, ${bytes(max)} of it at most` : "";
  return `Footage is kept ${age}${size}. The oldest is deleted first; protected footage stays.`;
}

/** "3 segments" */
export function segmentsWords(segments: bigint): string {
  return segments === 1n ? "1 segment" : `${count(segments)} segments`;
}
