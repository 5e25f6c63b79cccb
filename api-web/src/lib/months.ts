/** Months of the calendar: named, counted on and laid out in weeks. Days are keys, "2026-11-22". */
import { addDays, daysBetween } from "./time";

/** "2026-11" that a URL names; undefined where it names none. */
export function parseMonth(text: string | null): string | undefined {
  return /^\d{4}-(0[1-9]|1[0-2])$/.test(text ?? "") ? (text ?? undefined) : undefined;
}

/** The month of a day. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}

export function addMonths(month: string, months: number): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** First and last day of a month. */
export function monthDays(month: string): { first: string; last: string } {
  const first = `${month}-01`;
  return { first, last: addDays(`${addMonths(month, 1)}-01`, -1) };
}

/** "November 2026", in the words of the viewer's language. */
export function monthWords(month: string): string {
  const [year = 0, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1, 1)).toLocaleDateString(undefined, {
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
}

/** The weeks of a month from Monday to Sunday; undefined where a day belongs to another month. */
export function weeksOf(month: string): (string | undefined)[][] {
  const { first, last } = monthDays(month);
  const cells: (string | undefined)[] = [
    ...Array.from<undefined>({ length: weekday(first) }),
    ...daysBetween(first, last),
  ];
  const weeks: (string | undefined)[][] = [];
  for (let index = 0; index < cells.length; index += 7) {
    const week = cells.slice(index, index + 7);
    weeks.push([...week, ...Array.from<undefined>({ length: 7 - week.length })]);
  }
  return weeks;
}

/** 0 for Monday to 6 for Sunday. */
export function weekday(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;
}

/** "Mon" to "Sun", in the words of the viewer's language. */
export function weekdayNames(style: "short" | "long" | "narrow" = "short"): string[] {
  // 5 January 2026 is a Monday.
  return Array.from({ length: 7 }, (_, index) =>
    new Date(Date.UTC(2026, 0, 5 + index)).toLocaleDateString(undefined, {
      weekday: style,
      timeZone: "UTC",
    }),
  );
}
