/** Sizes, times, ids, paths and spans. */
import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { CameraTimelineSchema } from "../gen/ronin/v1/recording_pb";
import { passwordProblem } from "./password";
import { returnPath, signInPath } from "./returnPath";
import { isId, suggestId } from "./slug";
import {
  clockTime,
  dayKey,
  dayOf,
  duration,
  exactClockTime,
  HOUR_MS,
  parseDayKey,
  shortClockTime,
  timestampFromMs,
} from "./time";
import { dayCoverage, lostGaps, placeOnDay } from "./timelineSpans";
import { bitsPerSecond, bytes, percent } from "./units";

describe("units", () => {
  it.each([
    [bytes(0n), "0 B"],
    [bytes(999), "999 B"],
    [bytes(1_500), "1.5 kB"],
    [bytes(4_000_787_030_016n), "4.0 TB"],
    [bitsPerSecond(4_210_000n), "4.2 Mb/s"],
    [percent(1), "100 %"],
    [percent(0.99999), "99.9 %"],
    [percent(0.5), "50 %"],
  ])("says %s", (said, expected) => {
    expect(said).toBe(expected);
  });
});

describe("duration", () => {
  it.each([
    [0, "0 s"],
    [24, "24 ms"],
    [12_000, "12 s"],
    [61_000, "1 min 1 s"],
    [7_500_000, "2 h 5 min"],
    [86_400_000 * 3, "3 d"],
  ])("says %i ms as %s", (ms, said) => {
    expect(duration(ms)).toBe(said);
  });
});

it("the clock begins at 00:00, not at 24:00", () => {
  const ms = new Date(2026, 0, 15, 0, 5, 9, 42).getTime();

  expect(clockTime(ms)).toBe("00:05:09");
  expect(shortClockTime(ms)).toBe("00:05");
  expect(exactClockTime(ms)).toBe("00:05:09.042");
});

describe("days", () => {
  it("begin and end at midnight of the viewer's zone", () => {
    const noon = new Date(2026, 10, 22, 12).getTime();
    const day = dayOf(noon);

    expect(new Date(day.startMs).getHours()).toBe(0);
    expect(new Date(day.endMs).getDate()).toBe(23);
  });

  it("are named in URLs and found again", () => {
    const start = new Date(2026, 1, 3).getTime();

    expect(dayKey(start)).toBe("2026-02-03");
    expect(parseDayKey("2026-02-03")).toBe(start);
    expect(parseDayKey("2026-02-31")).toBeUndefined();
    expect(parseDayKey("yesterday")).toBeUndefined();
    expect(parseDayKey(null)).toBeUndefined();
  });
});

describe("camera ids", () => {
  it.each([
    ["Front door", "front-door"],
    ["  Küche & Flur! ", "kuche-flur"],
    ["Camera #1", "camera-1"],
    ["駐車場", ""],
    ["x".repeat(80), "x".repeat(63)],
  ])("are suggested from %j as %j", (name, id) => {
    expect(suggestId(name)).toBe(id);
  });

  it("are checked as the server does", () => {
    expect(isId("a-1")).toBe(true);
    expect(isId("-a")).toBe(false);
    expect(isId("Front")).toBe(false);
    expect(isId("a".repeat(64))).toBe(false);
  });
});

describe("the way back after signing in", () => {
  it("leads to the page asked for, never to another site", () => {
    expect(returnPath("/cameras/a?day=2026-01-01")).toBe("/cameras/a?day=2026-01-01");
    expect(returnPath("//evil.example")).toBe("/live");
    expect(returnPath("/\\evil.example")).toBe("/live");
    expect(returnPath("https://evil.example")).toBe("/live");
    expect(returnPath(null)).toBe("/live");
  });

  it("is kept in the address of the sign-in page", () => {
    expect(signInPath("/system")).toBe("/sign-in?from=%2Fsystem");
    expect(signInPath("/live")).toBe("/sign-in");
  });
});

describe("passwords", () => {
  it("are refused when too short or too long", () => {
    expect(passwordProblem("short")).toContain("at least 8");
    expect(passwordProblem("x".repeat(1025))).toContain("at most 1024");
    expect(passwordProblem("long enough")).toBeNull();
  });
});

describe("a day's coverage", () => {
  const day = { startMs: 0, endMs: 24 * HOUR_MS };
  const at = (hour: number) => timestampFromMs(hour * HOUR_MS);

  it("is cut to the day and keeps the causes of gaps", () => {
    const timeline = create(CameraTimelineSchema, {
      recorded: [
        { startTime: at(-2), endTime: at(6) },
        { startTime: at(25), endTime: at(26) },
      ],
      gaps: [{ startTime: at(6), endTime: at(7), cause: "ENGINE_STOPPED", message: "not running" }],
      coverage: 0.9,
    });

    const { recorded, gaps } = dayCoverage(timeline, day);

    expect(recorded).toEqual([{ startMs: 0, endMs: 6 * HOUR_MS }]);
    expect(gaps).toEqual([
      {
        startMs: 6 * HOUR_MS,
        endMs: 7 * HOUR_MS,
        cause: "ENGINE_STOPPED",
        message: "not running",
        kind: "lost",
      },
    ]);
  });

  it("tells footage that is missing from footage that nobody asked for", () => {
    const gap = (cause: string, hour: number) => ({
      startTime: at(hour),
      endTime: at(hour + 1),
      cause,
    });
    const timeline = create(CameraTimelineSchema, {
      gaps: [
        gap("CAMERA_NOT_ADDED", 1),
        gap("CAMERA_DISABLED", 2),
        gap("STREAM_STALLED", 3),
        gap("NOT_YET_INDEXED", 4),
      ],
    });

    const coverage = dayCoverage(timeline, day);

    expect(coverage.gaps.map(({ kind }) => kind)).toEqual([
      "unwanted",
      "unwanted",
      "lost",
      "pending",
    ]);
    expect(lostGaps(coverage).map(({ cause }) => cause)).toEqual(["STREAM_STALLED"]);
  });

  it("is placed on the bar in percent", () => {
    expect(placeOnDay({ startMs: 6 * HOUR_MS, endMs: 12 * HOUR_MS }, day)).toEqual({
      left: "25.0000%",
      width: "25.0000%",
    });
  });
});
