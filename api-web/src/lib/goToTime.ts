/** A moment that a person typed: "14:05", "14:05:30", "2026-01-15 14:05:30". */
import { stretches } from "./clockChanges";
import { clockTime, dateTime, HOUR_MS, shortClockTime } from "./time";

export type TypedTime =
  /** `note` says what is to be known about a time that came twice. */
  { kind: "moment"; ms: number; note: string | undefined } | { kind: "problem"; words: string };

const SHAPE =
  /^(?:(\d{4})-(\d{1,2})-(\d{1,2})[ T]+)?(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,3}))?)?$/;
const HOW = "Type a time like 14:05 or 14:05:30, or with its day: 2026-01-15 14:05:30.";

/** The moment that `text` names; on the day that holds `dayMs` where it names none. */
export function typedTime(text: string, dayMs: number, nowMs: number): TypedTime {
  const match = SHAPE.exec(text.trim());
  if (match === null) {
    return problem(HOW);
  }
  const shown = new Date(dayMs);
  const [, year, month, day, hour, minute, second, fraction] = match;
  const fields: Fields = {
    year: Number(year ?? shown.getFullYear()),
    month: Number(month ?? shown.getMonth() + 1),
    day: Number(day ?? shown.getDate()),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second ?? 0),
    milliseconds: Number((fraction ?? "").padEnd(3, "0")),
  };
  const wrong = outOfRange(fields);
  return wrong === undefined ? momentOf(fields, nowMs) : problem(wrong);
}

interface Fields {
  year: number;
  /** From 1. */
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  milliseconds: number;
}

function problem(words: string): TypedTime {
  return { kind: "problem", words };
}

function outOfRange({ year, month, day, hour, minute, second }: Fields): string | undefined {
  if (hour > 23) {
    return "Hours go from 0 to 23.";
  }
  if (minute > 59) {
    return "Minutes go from 0 to 59.";
  }
  if (second > 59) {
    return "Seconds go from 0 to 59.";
  }
  if (month < 1 || month > 12) {
    return "Months go from 1 to 12.";
  }
  // The day before the first one of the next month; a date of the calendar, in no zone.
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return day < 1 || day > last ? `Days of that month go from 1 to ${last}.` : undefined;
}

function momentOf(fields: Fields, nowMs: number): TypedTime {
  const { year, month, day, hour, minute, second, milliseconds } = fields;
  const date = new Date(year, month - 1, day, hour, minute, second, milliseconds);
  const ms = date.getTime();
  if (date.getHours() !== hour || date.getMinutes() !== minute) {
    return problem(leftOut(fields, ms));
  }
  if (ms > nowMs) {
    return problem(`${dateTime(ms)} has not come yet.`);
  }
  return { kind: "moment", ms, note: cameTwice(ms) };
}

/** "There was no 02:30 on that day: the clock went from 02:00 to 03:00." */
function leftOut({ hour, minute }: Fields, nearMs: number): string {
  const typed = [hour, minute].map((part) => String(part).padStart(2, "0")).join(":");
  const [before, after] = stretches({ startMs: nearMs - 3 * HOUR_MS, endMs: nearMs + HOUR_MS });
  if (before === undefined || after === undefined) {
    return `There was no ${typed} on that day.`;
  }
  // As the clock would have shown it.
  const from = new Date(before.endMs + before.offsetMs).toISOString().slice(11, 16);
  const to = shortClockTime(after.startMs);
  return `There was no ${typed} on that day: the clock went from ${from} to ${to}.`;
}

function cameTwice(ms: number): string | undefined {
  const [now, next] = stretches({ startMs: ms, endMs: ms + 3 * HOUR_MS });
  const backMs = now && next ? now.offsetMs - next.offsetMs : 0;
  return next !== undefined && ms + backMs >= next.startMs && backMs > 0
    ? `${clockTime(ms)} came twice on that day. This is the first time.`
    : undefined;
}
