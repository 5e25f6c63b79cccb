/**
 * The part of a day that a timeline shows: zoomed, moved, and marked with the times of the clock.
 * Not here: spans of footage (`timelineSpans`), gestures and drawing (`components/recordings`).
 */
import { stretches } from "./clockChanges";
import { clockTime, HOUR_MS, MINUTE_MS, SECOND_MS, shortClockTime } from "./time";
import type { Span } from "./timelineSpans";

/** A second is as wide as a finger then; nothing that is recorded needs more. */
export const SHORTEST_WINDOW_MS = 10 * SECOND_MS;
/** One press of a button or key. */
export const ZOOM_STEP = 2;

export interface Tick {
  ms: number;
  /** "14:05"; undefined for a mark between two labels. */
  label: string | undefined;
}

/** Distances between labels, and between the marks below them. All divide a day of the clock. */
const STEPS_MS: readonly (readonly [label: number, mark: number])[] = [
  [SECOND_MS, SECOND_MS / 2],
  [2 * SECOND_MS, SECOND_MS],
  [5 * SECOND_MS, SECOND_MS],
  [10 * SECOND_MS, 5 * SECOND_MS],
  [30 * SECOND_MS, 10 * SECOND_MS],
  [MINUTE_MS, 10 * SECOND_MS],
  [2 * MINUTE_MS, MINUTE_MS],
  [5 * MINUTE_MS, MINUTE_MS],
  [10 * MINUTE_MS, 5 * MINUTE_MS],
  [30 * MINUTE_MS, 10 * MINUTE_MS],
  [HOUR_MS, 30 * MINUTE_MS],
  [2 * HOUR_MS, HOUR_MS],
  [3 * HOUR_MS, HOUR_MS],
  [6 * HOUR_MS, HOUR_MS],
  [12 * HOUR_MS, 3 * HOUR_MS],
];

/** Steps of the arrow keys. */
const KEY_STEPS_MS = [SECOND_MS / 10, SECOND_MS, 5 * SECOND_MS, 10 * SECOND_MS, MINUTE_MS] as const;
/** So many presses lead about across the window. */
const KEY_PRESSES = 300;

export function lengthOf({ startMs, endMs }: Span): number {
  return endMs - startMs;
}

/** The moment at a share of the window, 0 to 1. */
export function momentAt(share: number, window: Span): number {
  return Math.round(window.startMs + share * lengthOf(window));
}

export function isWithin(ms: number, { startMs, endMs }: Span): boolean {
  return ms >= startMs && ms <= endMs;
}

/** The window with its length made one that is allowed, moved by as little as puts it on the day. */
export function clampWindow(window: Span, day: Span): Span {
  const shortest = Math.min(SHORTEST_WINDOW_MS, lengthOf(day));
  const length = Math.round(Math.min(Math.max(lengthOf(window), shortest), lengthOf(day)));
  const startMs = Math.round(Math.min(Math.max(window.startMs, day.startMs), day.endMs - length));
  return { startMs, endMs: startMs + length };
}

/** The window made `factor` times as long; the moment `aroundMs` stays where it is. */
export function zoomed(window: Span, day: Span, factor: number, aroundMs: number): Span {
  const share = (aroundMs - window.startMs) / lengthOf(window);
  return placed(lengthOf(window) * factor, aroundMs, share, day);
}

/** The window moved; it stops at the ends of the day. */
export function panned(window: Span, day: Span, byMs: number): Span {
  return clampWindow({ startMs: window.startMs + byMs, endMs: window.endMs + byMs }, day);
}

/** The window after two fingers went from two shares of it to two others. */
export function pinched(
  window: Span,
  day: Span,
  from: readonly [number, number],
  to: readonly [number, number],
): Span {
  // Fingers that meet would ask for an endless window.
  const apart = (fingers: readonly [number, number]) =>
    Math.max(Math.abs(fingers[1] - fingers[0]), 0.01);
  const between = momentAt((from[0] + from[1]) / 2, window);
  const length = (lengthOf(window) * apart(from)) / apart(to);
  return placed(length, between, (to[0] + to[1]) / 2, day);
}

/** The window moved by as little as shows the moment. */
export function showing(window: Span, day: Span, ms: number): Span {
  if (ms < window.startMs) {
    return panned(window, day, ms - window.startMs);
  }
  return ms > window.endMs ? panned(window, day, ms - window.endMs) : window;
}

/** How far an arrow key leads; with Shift it is ten times as far. */
export function keyStep(window: Span): number {
  const wanted = lengthOf(window) / KEY_PRESSES;
  return KEY_STEPS_MS.findLast((step) => step <= wanted) ?? KEY_STEPS_MS[0];
}

/** Marks at round times of the viewer's clock, with `labels` labels at most. */
export function ticks(window: Span, labels: number): Tick[] {
  const length = lengthOf(window);
  const fits = STEPS_MS.find(([step]) => length / step <= labels) ?? STEPS_MS.at(-1);
  const [labelMs, markMs] = fits ?? [12 * HOUR_MS, 3 * HOUR_MS];
  return stretches(window).flatMap(({ startMs, endMs, offsetMs }) => {
    const found: Tick[] = [];
    const first = Math.ceil((startMs + offsetMs) / markMs) * markMs;
    for (let clockMs = first; clockMs - offsetMs < endMs; clockMs += markMs) {
      const ms = clockMs - offsetMs;
      found.push({ ms, label: clockMs % labelMs === 0 ? tickLabel(ms, labelMs) : undefined });
    }
    return found;
  });
}

function tickLabel(ms: number, stepMs: number): string {
  return stepMs < MINUTE_MS ? clockTime(ms) : shortClockTime(ms);
}

function placed(length: number, ms: number, share: number, day: Span): Span {
  const shortest = Math.min(SHORTEST_WINDOW_MS, lengthOf(day));
  const allowed = Math.min(Math.max(length, shortest), lengthOf(day));
  const startMs = ms - share * allowed;
  return clampWindow({ startMs, endMs: startMs + allowed }, day);
}
