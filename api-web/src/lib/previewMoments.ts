/** Which moments of a timeline have a small picture. Not here: loading them (`live/scrubber`). */
import { MINUTE_MS, SECOND_MS } from "./time";
import { type DayCoverage, playableSpans, type Span } from "./timelineSpans";
import { lengthOf } from "./timelineWindow";

/** Cameras send a key frame every second or two: finer steps would show the same one. */
const STEPS_MS = [
  SECOND_MS / 2,
  SECOND_MS,
  2 * SECOND_MS,
  5 * SECOND_MS,
  10 * SECOND_MS,
  30 * SECOND_MS,
  MINUTE_MS,
  2 * MINUTE_MS,
] as const;
/** About so many pictures for what is shown: a step is a pixel or two. */
const PICTURES = 600;

/** How far apart the moments are of which there are pictures, at this zoom. */
export function previewStep(window: Span): number {
  const wanted = lengthOf(window) / PICTURES;
  return STEPS_MS.findLast((step) => step <= wanted) ?? STEPS_MS[0];
}

/**
 * The moment whose picture stands for `ms`: the same one for its neighbours, so that the browser has
 * it already; and never one before the footage that `ms` lies in.
 */
export function previewMoment(ms: number, window: Span, footage: Span): number {
  const step = previewStep(window);
  return Math.max(Math.floor(ms / step) * step, firstMs(footage));
}

/**
 * The moment whose picture stands for `ms` until the video has it: itself, but not before its footage
 * begins. Undefined where it is known that there is none.
 */
export function stillMoment(ms: number, day: DayCoverage | undefined): number | undefined {
  if (day === undefined || ms < day.startMs || ms >= day.endMs) {
    return ms;
  }
  const footage = playableSpans(day).find(({ startMs, endMs }) => ms >= startMs && ms < endMs);
  return footage && Math.max(ms, firstMs(footage));
}

/** Footage begins at a part of a millisecond, which is cut off on the way here. */
function firstMs({ startMs }: Span): number {
  return Math.floor(startMs) + 1;
}
