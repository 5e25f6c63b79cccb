/** Times that people type: in the time zone of Berlin. */
process.env.TZ = "Europe/Berlin";

import { describe, expect, it } from "vitest";
import { randomOf } from "../test/random";
import { typedTime } from "./goToTime";
import { DAY_MS, dayKey, exactClockTime, localTime } from "./time";

const SHOWN = new Date(2026, 0, 15).getTime();
const NOW = new Date(2026, 10, 22, 12).getTime();
const typed = (text: string, dayMs = SHOWN) => typedTime(text, dayMs, NOW);

it.each([
  ["14:05", "2026-01-15T14:05:00"],
  ["9:05", "2026-01-15T09:05:00"],
  ["00:00", "2026-01-15T00:00:00"],
  [" 14:05:30 ", "2026-01-15T14:05:30"],
  ["2025-12-31 23:59:59", "2025-12-31T23:59:59"],
  ["2025-12-31T23:59", "2025-12-31T23:59:00"],
  ["2024-2-29 1:00", "2024-02-29T01:00:00"],
])("%j is %s", (text, expected) => {
  const time = typed(text);

  expect(time).toMatchObject({ kind: "moment", note: undefined });
  expect(time.kind === "moment" && localTime(time.ms)).toBe(expected);
});

it("takes milliseconds, as the player shows them", () => {
  expect(typed("14:05:30.042")).toMatchObject({
    ms: new Date(2026, 0, 15, 14, 5, 30, 42).getTime(),
  });
  expect(typed("14:05:30.5")).toMatchObject({
    ms: new Date(2026, 0, 15, 14, 5, 30, 500).getTime(),
  });
});

it.each([
  ["", "Type a time like 14:05"],
  ["noon", "Type a time like 14:05"],
  ["14", "Type a time like 14:05"],
  ["14:5", "Type a time like 14:05"],
  ["15.1.2026 14:05", "Type a time like 14:05"],
  ["14:05:30:00", "Type a time like 14:05"],
  ["24:00", "Hours go from 0 to 23."],
  ["14:60", "Minutes go from 0 to 59."],
  ["14:05:60", "Seconds go from 0 to 59."],
  ["2026-13-01 14:05", "Months go from 1 to 12."],
  ["2026-02-29 14:05", "Days of that month go from 1 to 28."],
  ["2026-04-31 14:05", "Days of that month go from 1 to 30."],
  ["2026-01-00 14:05", "Days of that month go from 1 to 31."],
  ["2026-11-22 12:00:01", "has not come yet."],
])("%j is none: %s", (text, words) => {
  expect(typed(text)).toEqual({ kind: "problem", words: expect.stringContaining(words) });
});

describe("where the clock is changed", () => {
  it.each(["02:00", "02:30", "2:59:59"])("%s was left out in spring", (text) => {
    const hourMinute = text.padStart(text.length < 7 ? 5 : 8, "0").slice(0, 5);
    expect(typed(`2026-03-29 ${text}`)).toEqual({
      kind: "problem",
      words: `There was no ${hourMinute} on that day: the clock went from 02:00 to 03:00.`,
    });
  });

  it.each(["01:59:59", "03:00"])("%s of that day was there", (text) => {
    expect(typed(`2026-03-29 ${text}`)).toMatchObject({ kind: "moment", note: undefined });
  });

  it("a time that came twice in autumn is the first one, and says so", () => {
    expect(typed("2026-10-25 02:30")).toEqual({
      kind: "moment",
      ms: Date.UTC(2026, 9, 25, 0, 30),
      note: "02:30:00 came twice on that day. This is the first time.",
    });
    expect(typed("2026-10-25 01:59:59")).toMatchObject({ note: undefined });
    expect(typed("2026-10-25 03:00")).toMatchObject({
      ms: Date.UTC(2026, 9, 25, 2),
      note: undefined,
    });
  });
});

it("any moment is found by what is shown of it", () => {
  for (let seed = 1; seed <= 2_000; seed += 1) {
    const random = randomOf(seed);
    const ms = Math.floor(NOW - random() * 400 * DAY_MS);

    const time = typed(`${dayKey(ms)} ${exactClockTime(ms)}`, 0);

    // The second one of two is an hour later.
    const foundMs = time.kind === "moment" ? time.ms : Number.NaN;
    expect([0, 3_600_000], `seed ${seed}`).toContain(ms - foundMs);
    if (ms !== foundMs) {
      expect(time).toMatchObject({ note: expect.stringContaining("came twice") });
    }
  }
});
