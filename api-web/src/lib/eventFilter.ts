/** Which events a list shows: in the URL, as the server is asked for it, and for one event. */
import { type Event, EventState } from "../gen/ronin/v1/event_pb";
import { cameraIdOf, eventSpan } from "./events";
import { dayOf, parseDayKey, parseMoment } from "./time";

export interface EventFilter {
  /** Ids; none: every camera. */
  cameras: readonly string[];
  /** Classes; none: all. */
  labels: readonly string[];
  /** Names of zones; none: wherever. */
  zones: readonly string[];
  time: EventTime;
  /** Whether the reader has looked at them; undefined: both. */
  reviewed: boolean | undefined;
  /** Least score, 0 to 100. */
  minPercent: number;
  /** What made no event, instead of events. */
  isRejected: boolean;
}

export type EventTime =
  | { kind: "any" }
  /** "2026-11-22" in the viewer's zone. */
  | { kind: "day"; day: string }
  /** Either end may be open. */
  | { kind: "span"; fromMs: number | undefined; toMs: number | undefined };

export const EVERY_EVENT: EventFilter = {
  cameras: [],
  labels: [],
  zones: [],
  time: { kind: "any" },
  reviewed: undefined,
  minPercent: 0,
  isRejected: false,
};

/** What of a URL is the filter. */
const KEYS = ["camera", "label", "zone", "day", "from", "to", "reviewed", "score", "rejected"];

/** The filter of a URL; what cannot be read in it counts as not there. */
export function parseEventFilter(params: URLSearchParams): EventFilter {
  const all = (key: string) => [...new Set(params.getAll(key).filter((value) => value !== ""))];
  const reviewed = params.get("reviewed");
  return {
    cameras: all("camera"),
    labels: all("label"),
    zones: all("zone"),
    time: parseTime(params),
    reviewed: reviewed === "yes" ? true : reviewed === "no" ? false : undefined,
    minPercent: percentOf(Number(params.get("score") ?? 0)),
    isRejected: params.get("rejected") === "yes",
  };
}

function parseTime(params: URLSearchParams): EventTime {
  const day = params.get("day");
  if (day !== null && parseDayKey(day) !== undefined) {
    return { kind: "day", day };
  }
  const fromMs = parseMoment(params.get("from"));
  const toMs = parseMoment(params.get("to"));
  return fromMs === undefined && toMs === undefined
    ? { kind: "any" }
    : { kind: "span", fromMs, toMs };
}

/** The URL with another filter; what else is in it stays. */
export function withEventFilter(params: URLSearchParams, filter: EventFilter): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const key of KEYS) {
    next.delete(key);
  }
  const put = (key: string, values: readonly string[]) => {
    for (const value of values) {
      next.append(key, value);
    }
  };
  const { time, reviewed, minPercent } = filter;
  put("camera", filter.cameras);
  put("label", filter.labels);
  put("zone", filter.zones);
  if (time.kind === "day") {
    put("day", [time.day]);
  } else if (time.kind === "span") {
    put("from", isoOf(time.fromMs));
    put("to", isoOf(time.toMs));
  }
  put("reviewed", reviewed === undefined ? [] : [reviewed ? "yes" : "no"]);
  put("score", minPercent === 0 ? [] : [String(minPercent)]);
  put("rejected", filter.isRejected ? ["yes"] : []);
  return next;
}

function isoOf(ms: number | undefined): string[] {
  return ms === undefined ? [] : [new Date(ms).toISOString()];
}

function percentOf(value: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(Math.round(value), 0), 100) : 0;
}

/** How many things are asked of events. */
export function filterCount(filter: EventFilter): number {
  const { cameras, labels, zones, time, reviewed, minPercent, isRejected } = filter;
  return [
    cameras.length > 0,
    labels.length > 0,
    zones.length > 0,
    time.kind !== "any",
    reviewed !== undefined,
    minPercent > 0,
    isRejected,
  ].filter(Boolean).length;
}

/** The time that is meant; an end that is undefined is open. */
export function filterSpan({ time }: EventFilter): {
  startMs: number | undefined;
  endMs: number | undefined;
} {
  if (time.kind === "span") {
    return { startMs: time.fromMs, endMs: time.toMs };
  }
  const dayMs = time.kind === "day" ? parseDayKey(time.day) : undefined;
  return dayMs === undefined ? { startMs: undefined, endMs: undefined } : dayOf(dayMs);
}

/** Whether the server would list the event: for those that come while the list is shown. */
export function matchesFilter(event: Event, filter: EventFilter): boolean {
  const { cameras, labels, zones, reviewed, minPercent, isRejected } = filter;
  const { startMs, endMs } = filterSpan(filter);
  const span = eventSpan(event);
  const isOneOf = (wanted: readonly string[], value: string) =>
    wanted.length === 0 || wanted.includes(value);
  return (
    isOneOf(cameras, cameraIdOf(event.camera)) &&
    isOneOf(labels, event.label) &&
    (zones.length === 0 || event.zones.some(({ zone }) => zones.includes(zone))) &&
    (startMs === undefined || span.endMs > startMs) &&
    (endMs === undefined || span.startMs < endMs) &&
    (reviewed === undefined || event.reviewed === reviewed) &&
    Math.round(event.score * 1000) >= minPercent * 10 &&
    (event.state === EventState.REJECTED) === isRejected
  );
}
