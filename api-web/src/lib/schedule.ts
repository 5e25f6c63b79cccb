/** Hours of a week, as a form holds them: from a schedule and to one, and what is wrong. Pure. */
import { create } from "@bufbuild/protobuf";
import { type Schedule, ScheduleSchema } from "../gen/ronin/v1/camera_pb";
import { viewerZone } from "./time";

export interface HoursValues {
  /** Tells spans apart while they are edited. */
  key: number;
  /** 1 for Monday to 7 for Sunday. */
  days: number[];
  /** "08:00"; "" while it is half typed. */
  start: string;
  /** Not later than the start: on the next day. "00:00" is midnight at the end of the day. */
  end: string;
}

export interface ScheduleValues {
  timeZone: string;
  hours: HoursValues[];
}

export const HOURS_MAX = 21;
export const DAYS: readonly { day: number; short: string; long: string }[] = [
  { day: 1, short: "Mon", long: "Monday" },
  { day: 2, short: "Tue", long: "Tuesday" },
  { day: 3, short: "Wed", long: "Wednesday" },
  { day: 4, short: "Thu", long: "Thursday" },
  { day: 5, short: "Fri", long: "Friday" },
  { day: 6, short: "Sat", long: "Saturday" },
  { day: 7, short: "Sun", long: "Sunday" },
];
const ALL_DAYS = DAYS.map(({ day }) => day);
const DAY_MINUTES = 24 * 60;

let keys = 0;

/** Around the clock, to be narrowed. */
export function newHours(): HoursValues {
  keys += 1;
  return { key: keys, days: [...ALL_DAYS], start: "00:00", end: "00:00" };
}

/** What a form begins with where there is no schedule. */
export function newSchedule(): ScheduleValues {
  return { timeZone: viewerZone(), hours: [newHours()] };
}

export function scheduleValues({ timeZone, hours }: Schedule): ScheduleValues {
  return {
    timeZone,
    hours: hours.map(({ days, startMinute, endMinute }) => ({
      ...newHours(),
      days: [...days].sort((a, b) => a - b),
      start: clockOf(startMinute),
      end: clockOf(endMinute),
    })),
  };
}

export function scheduleOf({ timeZone, hours }: ScheduleValues): Schedule {
  return create(ScheduleSchema, {
    timeZone: timeZone.trim(),
    hours: hours.map(({ days, start, end }) => ({
      days: [...days].sort((a, b) => a - b),
      startMinute: minutesOf(start) ?? 0,
      // The end of a day, not its beginning.
      endMinute: minutesOf(end) || DAY_MINUTES,
    })),
  });
}

/** What can be seen to be wrong, by the names of the server's fields. */
export function scheduleProblems({ timeZone, hours }: ScheduleValues): Record<string, string> {
  const problems: Record<string, string> = {};
  if (timeZone.trim() === "") {
    problems["schedule.time_zone"] = "Give a time zone, for example Europe/Berlin.";
  }
  if (hours.length === 0) {
    problems["schedule.hours"] = "Add hours, or choose always.";
  }
  for (const [index, { days, start, end }] of hours.entries()) {
    if (days.length === 0) {
      problems[`schedule.hours[${index}]`] = "Choose the days on which the hours begin.";
    } else if (minutesOf(start) === undefined || minutesOf(end) === undefined) {
      problems[`schedule.hours[${index}]`] = "Give both times.";
    }
  }
  return problems;
}

/** "Until 06:00 of the next day."; empty where it ends on the day on which it begins. */
export function endWords({ start, end }: HoursValues): string {
  const [from, to] = [minutesOf(start), minutesOf(end)];
  if (from === undefined || to === undefined || (to || DAY_MINUTES) > from) {
    return from === 0 && to === 0 ? "The whole day." : "";
  }
  return `Until ${end} of the next day.`;
}

/** "08:00" of minutes from midnight. */
function clockOf(minutes: number): string {
  const within = minutes % DAY_MINUTES;
  const two = (value: number) => String(value).padStart(2, "0");
  return `${two(Math.floor(within / 60))}:${two(within % 60)}`;
}

/** Minutes from midnight; undefined while it is half typed. */
function minutesOf(clock: string): number | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)/.exec(clock);
  return match === null ? undefined : Number(match[1]) * 60 + Number(match[2]);
}
