/**
 * Events on a timeline: marks that do not lie upon each other, and the way from one event to the
 * next. Pure. Not here: drawing them (`components/recordings/EventMarks`).
 */
import { labelWords, scoreWords } from "./events";
import { clockTime, duration, SECOND_MS } from "./time";
import { type DayCoverage, type EventSpan, isPlayable, type Span } from "./timelineSpans";
import { lengthOf } from "./timelineWindow";

export interface EventMark extends Span {
  /** In order; more than one where they lie too close together to be told apart. */
  events: readonly EventSpan[];
}

/** More marks than this side by side are too narrow to be pointed at. */
const MOST_MARKS = 120;
/** What plays begins a little before the object comes. */
const LEAD_MS = 2 * SECOND_MS;
/** Within this of a moment is at it. */
const NEAR_MS = SECOND_MS / 2;
/** Going back so soon leads to the event before, and not to the beginning of the same again. */
const AGAIN_MS = 3 * SECOND_MS;

/** The marks of what is seen of the events. */
export function eventMarks(events: readonly EventSpan[], window: Span): EventMark[] {
  const apartMs = lengthOf(window) / MOST_MARKS;
  const marks: { startMs: number; endMs: number; events: EventSpan[] }[] = [];
  for (const event of events) {
    if (event.endMs < window.startMs || event.startMs > window.endMs) {
      continue;
    }
    const last = marks.at(-1);
    if (last !== undefined && event.startMs - last.startMs < apartMs) {
      last.events.push(event);
      last.endMs = Math.max(last.endMs, event.endMs);
    } else {
      marks.push({ startMs: event.startMs, endMs: event.endMs, events: [event] });
    }
  }
  return marks;
}

/** "Person, 87 %, 14:05:09 (12 s)"; "3 events, 14:05:09 to 14:06:10: 2 person, 1 car" */
export function markWords({ events, startMs, endMs }: EventMark): string {
  const [first, second] = events;
  if (first !== undefined && second === undefined) {
    return spanWords(first);
  }
  const labels = [...new Set(events.map(({ label }) => label))].map(
    (label) => `${events.filter((event) => event.label === label).length} ${label}`,
  );
  return `${events.length} events, ${clockTime(startMs)} to ${clockTime(endMs)}: ${labels.join(", ")}`;
}

/** "Person, 87 %, 14:05:09 (12 s)" */
export function spanWords({ label, score, startMs, endMs }: EventSpan): string {
  return `${labelWords(label)}, ${scoreWords(score)}, ${clockTime(startMs)} (${duration(endMs - startMs)})`;
}

/** Where an event is played from: a little before it, where there is footage of that. */
export function entryMs({ startMs }: Span, day: DayCoverage): number {
  return isPlayable(day, startMs - LEAD_MS) ? startMs - LEAD_MS : startMs;
}

/** What is said where there is none. */
export function noEventWords(direction: 1 | -1): string {
  return direction === 1 ? "No later event on this day." : "No earlier event on this day.";
}

/** Where the next (1) or the last (-1) event of the day is played from; undefined: there is none. */
export function neighbourEvent(
  day: DayCoverage,
  fromMs: number,
  direction: 1 | -1,
): number | undefined {
  const entries = day.events
    .filter(({ startMs }) => isPlayable(day, startMs))
    .map((event) => entryMs(event, day));
  return direction === 1
    ? entries.find((ms) => ms > fromMs + NEAR_MS)
    : entries.findLast((ms) => ms < fromMs - AGAIN_MS);
}
