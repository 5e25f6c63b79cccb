/** Coverage of days in words and colours, and the months it is shown by. */
import { asSentence } from "../api/errors";
import type { DayCoverage, MissingTime } from "../gen/ronin/v1/recording_pb";
import { dayWords, duration, SECOND_MS } from "./time";
import { isUnwanted } from "./timelineSpans";

/** From nothing to all; "none": nothing was to be expected; "quiet": nobody wanted what is missing. */
export type CoverageTone = "none" | "quiet" | "gone" | "poor" | "fair" | "good" | "full";

/** What a day is coloured by. */
export function coverageTone(day: DayCoverage): CoverageTone {
  if (day.expectedSeconds <= 0) {
    return "none";
  }
  if (day.coverage >= 1) {
    return "full";
  }
  if (day.missing.length > 0 && day.missing.every(({ cause }) => isUnwanted(cause))) {
    return "quiet";
  }
  if (day.coverage >= 0.99) {
    return "good";
  }
  if (day.coverage >= 0.9) {
    return "fair";
  }
  return day.coverage >= 0.5 ? "poor" : "gone";
}

/** "97": percent, rounded down, so that 100 means all. */
export function coverageNumber(day: DayCoverage): string {
  return day.expectedSeconds <= 0 ? "" : String(Math.floor(day.coverage * 100 + 1e-9));
}

/** "30 min in 2 gaps: No answer in 5 s." */
export function missingWords({ cause, message, seconds, gaps }: MissingTime): string {
  const time = duration(seconds * SECOND_MS);
  return `${time}${gaps > 1 ? ` in ${gaps} gaps` : ""}: ${asSentence(message || cause)}`;
}

/** "Sun, 22 Nov: 97 % on disk, 38 min missing. 30 min in 2 gaps: …" */
export function dayCoverageWords(day: DayCoverage): string {
  const name = dayWords(day.day);
  if (day.expectedSeconds <= 0) {
    return `${name}: no footage was to be expected.`;
  }
  const missingSeconds = Math.max(0, day.expectedSeconds - day.recordedSeconds);
  const head = `${name}: ${coverageNumber(day)} % on disk`;
  if (day.missing.length === 0 || missingSeconds === 0) {
    return `${head}.`;
  }
  return [
    `${head}, ${duration(missingSeconds * SECOND_MS)} missing.`,
    ...day.missing.map(missingWords),
  ].join(" ");
}

/** Share of what was to be expected of all the days that is on disk; undefined where nothing was. */
export function monthShare(days: readonly DayCoverage[]): number | undefined {
  const expected = days.reduce((sum, day) => sum + day.expectedSeconds, 0);
  const recorded = days.reduce((sum, day) => sum + day.recordedSeconds, 0);
  return expected > 0 ? Math.min(1, recorded / expected) : undefined;
}
