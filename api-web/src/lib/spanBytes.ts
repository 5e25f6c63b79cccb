/** How large the footage of a span is, as its segments say. */
import type { Segment } from "../gen/ronin/v1/recording_pb";
import { timestampMs } from "./time";
import type { Span } from "./timelineSpans";

type Sized = Pick<Segment, "startTime" | "endTime" | "sizeBytes">;

/** About so many bytes: of a segment at an end of the span, as much as lies in it. */
export function spanBytes(segments: readonly Sized[], span: Span): number {
  return segments.reduce((sum, { startTime, endTime, sizeBytes }) => {
    const startMs = timestampMs(startTime) ?? 0;
    const endMs = timestampMs(endTime) ?? startMs;
    const insideMs = Math.min(endMs, span.endMs) - Math.max(startMs, span.startMs);
    return insideMs > 0 ? sum + Number(sizeBytes) * (insideMs / (endMs - startMs)) : sum;
  }, 0);
}
