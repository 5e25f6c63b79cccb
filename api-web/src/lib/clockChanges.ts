/** Where the clock of the viewer's zone is put forward or back. */
import { HOUR_MS, MINUTE_MS } from "./time";
import type { Span } from "./timelineSpans";

export interface Stretch extends Span {
  /** What is added to the time of the world for the time of the clock. */
  offsetMs: number;
}

/** The span in parts in which the clock is not changed. */
export function stretches(span: Span): Stretch[] {
  const parts: Stretch[] = [];
  let startMs = span.startMs;
  while (startMs < span.endMs) {
    const endMs = nextChange(startMs, span.endMs);
    parts.push({ startMs, endMs, offsetMs: offsetAt(startMs) });
    startMs = endMs;
  }
  return parts;
}

/** The first moment behind `fromMs` at which the clock is changed; `toMs` where it is not. */
function nextChange(fromMs: number, toMs: number): number {
  const offset = offsetAt(fromMs);
  for (let lowMs = fromMs; lowMs < toMs; lowMs += HOUR_MS) {
    let highMs = Math.min(lowMs + HOUR_MS, toMs);
    if (offsetAt(highMs) !== offset) {
      let unchangedMs = lowMs;
      while (highMs - unchangedMs > 1) {
        const middleMs = Math.floor((unchangedMs + highMs) / 2);
        if (offsetAt(middleMs) === offset) {
          unchangedMs = middleMs;
        } else {
          highMs = middleMs;
        }
      }
      return highMs;
    }
  }
  return toMs;
}

function offsetAt(ms: number): number {
  return -new Date(ms).getTimezoneOffset() * MINUTE_MS;
}
