/** How long the pictures of recorded footage are, as its segments say. */
import type { Segment } from "../gen/ronin/v1/recording_pb";
import { SECOND_MS, timestampMs } from "./time";

/** What most cameras send. */
const USUAL_MS = SECOND_MS / 25;

type Counted = Pick<Segment, "startTime" | "endTime" | "frames">;

/** The mean of the segment that holds the moment, else of any one of the day. */
export function pictureMsAt(segments: readonly Counted[], ms: number): number {
  const lengths = segments
    .map(({ startTime, endTime, frames }) => ({
      startMs: timestampMs(startTime) ?? 0,
      endMs: timestampMs(endTime) ?? 0,
      frames: Number(frames),
    }))
    .filter(({ startMs, endMs, frames }) => frames > 0 && endMs > startMs);
  const segment = lengths.find(({ startMs, endMs }) => ms >= startMs && ms < endMs) ?? lengths[0];
  return segment === undefined ? USUAL_MS : (segment.endMs - segment.startMs) / segment.frames;
}
