/** Times as people read them, in the viewer's zone. */
import { type Timestamp, timestampDate, timestampFromMs } from "@bufbuild/protobuf/wkt";

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** Milliseconds since 1970; undefined where the time is unset. */
export function timestampMs(time: Timestamp | undefined): number | undefined {
  return time === undefined ? undefined : timestampDate(time).getTime();
}

export { timestampFromMs };

/** IANA name of the viewer's time zone: the server is asked for days in it. */
export function viewerZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** "14:05:09" */
export function clockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString(undefined, { hourCycle: "h23" });
}

/** "14:05:09.042" */
export function exactClockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
    hourCycle: "h23",
  });
}

/** "14:05" */
export function shortClockTime(ms: number): string {
  return new Date(ms).toLocaleTimeString(undefined, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
}

/** "22 Nov 2026, 14:05:09", in the words of the viewer's language. */
export function dateTime(ms: number): string {
  return new Date(ms).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

/** "22 Nov 2026, 14:05:09.042", in the words of the viewer's language. */
export function exactDateTime(ms: number): string {
  return new Date(ms).toLocaleString(undefined, {
    year: "numeric",
    month: "short",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    second: "2-digit",
    fractionalSecondDigits: 3,
  });
}

/** "Sunday, 22 November 2026", in the words of the viewer's language. */
export function longDate(ms: number): string {
  return new Date(ms).toLocaleDateString(undefined, { dateStyle: "full" });
}

/** "2 h 5 min", "12 s": the two largest units. */
export function duration(ms: number): string {
  const units: readonly (readonly [number, string])[] = [
    [DAY_MS, "d"],
    [HOUR_MS, "h"],
    [MINUTE_MS, "min"],
    [SECOND_MS, "s"],
  ];
  let rest = Math.max(0, Math.round(ms / SECOND_MS) * SECOND_MS);
  const first = units.findIndex(([size]) => rest >= size);
  if (first === -1) {
    return ms > 0 ? `${Math.round(ms)} ms` : "0 s";
  }
  const parts: string[] = [];
  for (const [size, unit] of units.slice(first, first + 2)) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) {
      parts.push(`${count} ${unit}`);
    }
  }
  return parts.join(" ");
}

/** The moment that a URL names; undefined where it names none. */
export function parseMoment(text: string | null): number | undefined {
  const ms = /^\d{4}-\d{2}-\d{2}T/.test(text ?? "") ? Date.parse(text ?? "") : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** "2026-11-22T14:05:09" in the viewer's zone, as fields for date and time hold it. */
export function localTime(ms: number): string {
  const date = new Date(ms);
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()];
  return `${dayKey(ms)}T${time.map((part) => String(part).padStart(2, "0")).join(":")}`;
}

/** The moment that such a field names; undefined while it is half typed. */
export function parseLocalTime(text: string): number | undefined {
  const ms = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) ? new Date(text).getTime() : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

/** The day that holds `ms` in the viewer's zone; 23 or 25 hours where clocks change. */
export function dayOf(ms: number): { startMs: number; endMs: number } {
  const date = new Date(ms);
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  return {
    startMs: new Date(year, month, day).getTime(),
    endMs: new Date(year, month, day + 1).getTime(),
  };
}

/** "2026-11-22" of a time in the viewer's zone, for URLs. */
export function dayKey(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The beginning of the day that a URL names; undefined where it names none. */
export function parseDayKey(key: string | null): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(key ?? "");
  if (match === null) {
    return undefined;
  }
  const date = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return dayKey(date.getTime()) === key ? date.getTime() : undefined;
}

/** "2026-11-20" and two days → "2026-11-22": days of the calendar, however long they are. */
export function addDays(key: string, days: number): string {
  const [year = 0, month = 1, day = 1] = key.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, day + days)).toISOString().slice(0, 10);
}

/** Every day from `first` to `last`, both inclusive. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = [];
  for (let day = first; day <= last; day = addDays(day, 1)) {
    days.push(day);
  }
  return days;
}

/** "Sun, 22 Nov" of a day key, in the words of the viewer's language. */
export function dayWords(key: string, options: Intl.DateTimeFormatOptions = {}): string {
  const [year = 0, month = 1, day = 1] = key.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, day)).toLocaleDateString(undefined, {
    weekday: "short",
    day: "numeric",
    month: "short",
    ...options,
    timeZone: "UTC",
  });
}
