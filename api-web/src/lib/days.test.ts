/** Days where clocks change, months, and coverage in words: in the time zone of Berlin. */
process.env.TZ = "Europe/Berlin";

import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type DayCoverage, DayCoverageSchema } from "../gen/ronin/v1/recording_pb";
import { coverageNumber, coverageTone, dayCoverageWords, monthShare } from "./coverage";
import { addMonths, monthDays, parseMonth, weekday, weeksOf } from "./months";
import { addDays, dayKey, dayOf, daysBetween, HOUR_MS, parseDayKey } from "./time";

const hours = (key: string) => {
  const day = dayOf(parseDayKey(key) ?? Number.NaN);
  return (day.endMs - day.startMs) / HOUR_MS;
};

describe("days where clocks change", () => {
  it("have 23 and 25 hours", () => {
    expect(hours("2026-03-28")).toBe(24);
    expect(hours("2026-03-29")).toBe(23);
    expect(hours("2026-10-25")).toBe(25);
  });

  it("are counted one by one", () => {
    expect(addDays("2026-10-24", 2)).toBe("2026-10-26");
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
    expect(daysBetween("2026-10-24", "2026-10-27")).toEqual([
      "2026-10-24",
      "2026-10-25",
      "2026-10-26",
      "2026-10-27",
    ]);
    expect(dayKey(Date.UTC(2026, 9, 25, 22, 59))).toBe("2026-10-25");
    expect(dayKey(Date.UTC(2026, 9, 25, 23, 0))).toBe("2026-10-26");
  });
});

describe("months", () => {
  it("begin and end where the calendar says", () => {
    expect(monthDays("2028-02")).toEqual({ first: "2028-02-01", last: "2028-02-29" });
    expect(addMonths("2026-11", 2)).toBe("2027-01");
    expect(addMonths("2026-01", -1)).toBe("2025-12");
    expect(parseMonth("2026-13")).toBeUndefined();
    expect(parseMonth(null)).toBeUndefined();
  });

  it("are laid out in weeks from Monday", () => {
    const weeks = weeksOf("2026-11");

    expect(weeks).toHaveLength(6);
    expect(weeks[0]).toEqual([...Array(6).fill(undefined), "2026-11-01"]);
    expect(weeks[5]).toEqual(["2026-11-30", ...Array(6).fill(undefined)]);
    expect(weekday("2026-11-22")).toBe(6);
  });
});

function day(init: Exclude<MessageInitShape<typeof DayCoverageSchema>, DayCoverage>) {
  return create(DayCoverageSchema, { day: "2026-11-22", expectedSeconds: 86_400, ...init });
}
const outage = {
  cause: "CAMERA_UNREACHABLE",
  message: "no answer in 5 s",
  seconds: 1_800,
  gaps: 2,
};

describe("coverage of a day", () => {
  it("says what is missing by cause", () => {
    const words = dayCoverageWords(
      day({
        recordedSeconds: 84_120,
        coverage: 0.9736,
        missing: [outage, { cause: "ENGINE_STOPPED", message: "", seconds: 480, gaps: 1 }],
      }),
    );

    expect(words).toContain(
      ": 97 % on disk, 38 min missing. 30 min in 2 gaps: No answer in 5 s. 8 min: ENGINE_STOPPED.",
    );
  });

  it("is 100 only where nothing is missing", () => {
    const almost = day({ recordedSeconds: 86_398, coverage: 0.99998, missing: [outage] });

    expect(coverageNumber(almost)).toBe("99");
    expect(coverageTone(almost)).toBe("good");
    expect(coverageNumber(day({ recordedSeconds: 86_400, coverage: 1 }))).toBe("100");
  });

  it.each([
    [{ expectedSeconds: 0 }, "none"],
    [{ coverage: 1 }, "full"],
    [{ coverage: 0.95, missing: [outage] }, "fair"],
    [{ coverage: 0.6, missing: [outage] }, "poor"],
    [{ coverage: 0, missing: [outage] }, "gone"],
    [{ coverage: 0, missing: [{ cause: "FOOTAGE_GONE", seconds: 86_400 }] }, "quiet"],
  ])("%j is drawn as %s", (init, tone) => {
    expect(coverageTone(day(init))).toBe(tone);
  });

  it("adds up to the share of a month", () => {
    const days = [
      day({ recordedSeconds: 86_400 }),
      day({ recordedSeconds: 0 }),
      day({ expectedSeconds: 0 }),
    ];

    expect(monthShare(days)).toBe(0.5);
    expect(monthShare([day({ expectedSeconds: 0 })])).toBeUndefined();
  });
});
