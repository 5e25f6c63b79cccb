/** A day of footage as spans on a bar. Not here: drawing them (`components/recordings/CoverageBar`). */
import type { CameraTimeline } from "../gen/ronin/v1/recording_pb";
import { MINUTE_MS, timestampMs } from "./time";

export interface Span {
  startMs: number;
  endMs: number;
}

export interface GapSpan extends Span {
  message: string;
  cause: string;
  kind: GapKind;
}

/**
 * What a gap means to people: footage that is missing, footage that nobody wanted or wanted to keep,
 * or footage that is being written.
 */
export type GapKind = "lost" | "unwanted" | "pending";

const UNWANTED = new Set([
  "CAMERA_NOT_ADDED",
  "CAMERA_DISABLED",
  "RECORDING_DISABLED",
  "FOOTAGE_GONE",
]);

/** Whether nobody wanted, or wanted to keep, the footage that is missing for this cause. */
export function isUnwanted(cause: string): boolean {
  return UNWANTED.has(cause);
}

function kindOf(cause: string): GapKind {
  if (cause === "NOT_YET_INDEXED") {
    return "pending";
  }
  return isUnwanted(cause) ? "unwanted" : "lost";
}

/** Gaps in which footage is missing. */
export function lostGaps(day: DayCoverage): GapSpan[] {
  return day.gaps.filter((gap) => gap.kind === "lost");
}

export interface DayCoverage extends Span {
  recorded: Span[];
  gaps: GapSpan[];
  /** When something moved. */
  motion: Span[];
  /** What came and went in front of the camera, in order. */
  events: EventSpan[];
  /** 0 to 1 of the past part. */
  coverage: number;
}

/** An event on a timeline. */
export interface EventSpan extends Span {
  /** "events/{id}". */
  name: string;
  label: string;
  score: number;
}

/** An answer is this old at most: what was being written then still is. */
const ANSWER_AGE_MS = MINUTE_MS;

/** The timeline of a camera cut to the day; what is being written reaches up to now. */
export function dayCoverage(timeline: CameraTimeline, day: Span, nowMs?: number): DayCoverage {
  const gaps = timeline.gaps.flatMap((gap) =>
    cut(gap, day).map((span) => ({
      ...span,
      message: gap.message,
      cause: gap.cause,
      kind: kindOf(gap.cause),
    })),
  );
  const last = gaps.at(-1);
  if (last?.kind === "pending" && nowMs !== undefined && nowMs - last.endMs < ANSWER_AGE_MS) {
    last.endMs = Math.min(Math.max(nowMs, last.endMs), day.endMs);
  }
  return {
    ...day,
    recorded: timeline.recorded.flatMap((span) => cut(span, day)),
    gaps,
    motion: timeline.motion.flatMap((span) => cut(span, day)),
    events: eventSpans(timeline.events),
    coverage: timeline.coverage,
  };
}

function eventSpans(events: CameraTimeline["events"]): EventSpan[] {
  return events
    .map(({ name, label, score, startTime, endTime }) => {
      const startMs = timestampMs(startTime) ?? 0;
      const endMs = Math.max(timestampMs(endTime) ?? startMs, startMs);
      return { name, label, score, startMs, endMs };
    })
    .sort((a, b) => a.startMs - b.startMs);
}

/** What can be played, in order: footage on disk, and what is being written. */
export function playableSpans(day: DayCoverage): Span[] {
  const pending = day.gaps.filter((gap) => gap.kind === "pending");
  return [...day.recorded, ...pending].sort((a, b) => a.startMs - b.startMs);
}

/** The part of a span that lies on the day; undefined where it does not touch it. */
export function onDay(span: Span, day: Span): Span | undefined {
  const startMs = Math.max(span.startMs, day.startMs);
  const endMs = Math.min(span.endMs, day.endMs);
  return endMs > startMs ? { startMs, endMs } : undefined;
}

/** The days of several cameras as one: what can be played of any of them. */
export function together(days: readonly DayCoverage[], day: Span): DayCoverage {
  return {
    ...day,
    recorded: union(days.flatMap(playableSpans)),
    gaps: [],
    motion: union(days.flatMap(({ motion }) => motion)),
    events: days.flatMap(({ events }) => events).sort((a, b) => a.startMs - b.startMs),
    coverage: Math.max(0, ...days.map((one) => one.coverage)),
  };
}

/** The time that any of the spans covers, in order. */
function union(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.startMs - b.startMs)) {
    const last = all.at(-1);
    if (last !== undefined && span.startMs <= last.endMs) {
      last.endMs = Math.max(last.endMs, span.endMs);
    } else {
      all.push({ startMs: span.startMs, endMs: span.endMs });
    }
  }
  return all;
}

type WireSpan = Pick<CameraTimeline["recorded"][number], "startTime" | "endTime">;

function cut(span: WireSpan, day: Span): Span[] {
  const startMs = Math.max(timestampMs(span.startTime) ?? day.startMs, day.startMs);
  const endMs = Math.min(timestampMs(span.endTime) ?? day.endMs, day.endMs);
  return endMs > startMs ? [{ startMs, endMs }] : [];
}

/** Whether there is footage of the moment, finished or being written. */
export function isPlayable(day: DayCoverage, ms: number): boolean {
  return playableSpans(day).some((span) => ms >= span.startMs && ms < span.endMs);
}

/** Where a span lies on the bar, in percent. */
export function placeOnDay(span: Span, day: Span): { left: string; width: string } {
  const length = day.endMs - day.startMs;
  const at = (ms: number) => ((ms - day.startMs) / length) * 100;
  return {
    left: `${at(span.startMs).toFixed(4)}%`,
    width: `${(at(span.endMs) - at(span.startMs)).toFixed(4)}%`,
  };
}
