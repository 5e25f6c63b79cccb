/** Pure helpers of footage: addresses, sizes, moments with a picture, several days as one. */
import { describe, expect, it } from "vitest";
import { gridShape } from "../live/gridLayout";
import { besides, cameraFootagePath, footagePath, parseCameras } from "./footagePath";
import { previewMoment, previewStep, stillMoment } from "./previewMoments";
import { spanBytes } from "./spanBytes";
import { HOUR_MS, MINUTE_MS, SECOND_MS, timestampFromMs } from "./time";
import { type DayCoverage, together } from "./timelineSpans";

describe("addresses", () => {
  it("name cameras and a moment, a day or neither", () => {
    const ms = Date.UTC(2026, 0, 15, 6, 0, 0, 250);
    expect(footagePath(["door", "yard"], ms)).toBe(
      "/footage?cameras=door,yard&at=2026-01-15T06%3A00%3A00.250Z",
    );
    const day = new Date(2026, 0, 15).getTime();
    expect(footagePath(["door"], { startMs: day, endMs: day + 24 * HOUR_MS })).toBe(
      "/footage?cameras=door&day=2026-01-15",
    );
    expect(footagePath(["door"], undefined)).toBe("/footage?cameras=door");
    expect(cameraFootagePath("door", ms)).toBe("/cameras/door?at=2026-01-15T06%3A00%3A00.250Z");
  });

  it.each([
    { text: null, ids: undefined },
    { text: "", ids: [] },
    { text: "a,b,a,,c", ids: ["a", "b", "c"] },
    { text: "1,2,3,4,5,6,7,8,9,10,11", ids: ["1", "2", "3", "4", "5", "6", "7", "8", "9"] },
  ])("$text names $ids", ({ text, ids }) => {
    expect(parseCameras(text)).toEqual(ids);
  });

  it("put a camera first and a few others beside it", () => {
    const all = ["a", "b", "c", "d", "e"].map((id) => ({ id }));
    expect(besides("c", all)).toEqual(["c", "a", "b", "d"]);
    expect(besides("a", [{ id: "a" }])).toEqual(["a"]);
  });
});

describe("the size of a span", () => {
  const segment = (from: number, to: number, sizeBytes: bigint) => ({
    startTime: timestampFromMs(from * MINUTE_MS),
    endTime: timestampFromMs(to * MINUTE_MS),
    sizeBytes,
  });
  const segments = [segment(0, 1, 600n), segment(1, 2, 1_200n), segment(5, 6, 100n)];
  it.each([
    { name: "whole segments", from: 0, to: 2, size: 1_800 },
    { name: "parts of segments", from: 0.5, to: 1.25, size: 600 },
    { name: "a gap", from: 3, to: 4, size: 0 },
    { name: "over a gap", from: 1.5, to: 9, size: 700 },
  ])("counts $name", ({ from, to, size }) => {
    const span = { startMs: from * MINUTE_MS, endMs: to * MINUTE_MS };
    expect(spanBytes(segments, span)).toBe(size);
  });
});

describe("moments with a picture", () => {
  it.each([
    { shown: 10 * SECOND_MS, step: 500 },
    { shown: 10 * MINUTE_MS, step: SECOND_MS },
    { shown: HOUR_MS, step: 5 * SECOND_MS },
    { shown: 6 * HOUR_MS, step: 30 * SECOND_MS },
    { shown: 24 * HOUR_MS, step: 2 * MINUTE_MS },
  ])("lie $step ms apart where $shown ms are shown", ({ shown, step }) => {
    expect(previewStep({ startMs: 0, endMs: shown })).toBe(step);
  });

  it("are the same for neighbours, and lie within the footage", () => {
    const window = { startMs: 0, endMs: HOUR_MS };
    const footage = { startMs: 62_000.4, endMs: HOUR_MS };
    expect(previewMoment(71_000, window, footage)).toBe(70_000);
    expect(previewMoment(74_999, window, footage)).toBe(70_000);
    expect(previewMoment(63_000, window, footage)).toBe(62_001);
  });

  it.each([
    { of: "footage", ms: 71_000, picture: 71_000 },
    { of: "the beginning of footage", ms: 62_000, picture: 62_001 },
    { of: "what is being written", ms: 95_000, picture: 95_000 },
    { of: "a gap", ms: 85_000, picture: undefined },
    { of: "another day", ms: 100_000, picture: 100_000 },
  ])("stand for a moment of $of as they are known", ({ ms, picture }) => {
    const gap = { cause: "", message: "" };
    const day: DayCoverage = {
      startMs: 0,
      endMs: 100_000,
      recorded: [{ startMs: 62_000, endMs: 80_000 }],
      gaps: [
        { ...gap, startMs: 80_000, endMs: 90_000, kind: "lost" },
        { ...gap, startMs: 90_000, endMs: 100_000, kind: "pending" },
      ],
      motion: [],
      events: [],
      coverage: 1,
    };
    expect(stillMoment(ms, day)).toBe(picture);
    expect(stillMoment(ms, undefined)).toBe(ms);
  });
});

it("days of several cameras together are what any of them has", () => {
  const day = { startMs: 0, endMs: 100 };
  const of = (coverage: number, ...recorded: [number, number][]): DayCoverage => ({
    ...day,
    recorded: recorded.map(([startMs, endMs]) => ({ startMs, endMs })),
    gaps: [{ startMs: 90, endMs: 95, cause: "NOT_YET_INDEXED", message: "", kind: "pending" }],
    motion: [{ startMs: recorded[0]?.[0] ?? 0, endMs: (recorded[0]?.[0] ?? 0) + 15 }],
    events: [],
    coverage,
  });
  const all = together([of(0.5, [0, 20], [50, 60]), of(0.2, [10, 30], [60, 70])], day);
  expect(all.recorded).toEqual([
    { startMs: 0, endMs: 30 },
    { startMs: 50, endMs: 70 },
    { startMs: 90, endMs: 95 },
  ]);
  expect(all).toMatchObject({ gaps: [], coverage: 0.5, motion: [{ startMs: 0, endMs: 25 }] });
  expect(together([], day).recorded).toEqual([]);
});

it.each([
  { count: 1, columns: 1, rows: 1 },
  { count: 2, columns: 2, rows: 1 },
  { count: 4, columns: 2, rows: 2 },
  { count: 5, columns: 3, rows: 2 },
  { count: 9, columns: 3, rows: 3 },
  { count: 3, isNarrow: true, columns: 2, rows: 2 },
  { count: 2, isNarrow: true, columns: 1, rows: 2 },
  { count: 2, hasLarge: true, columns: 6, rows: 1 },
  { count: 9, hasLarge: true, columns: 8, rows: 1 },
  { count: 9, hasLarge: true, isNarrow: true, columns: 4, rows: 2 },
])("$count pictures have a shape: $columns × $rows", (shape) => {
  const { count, columns, rows, hasLarge = false, isNarrow = false } = shape;
  expect(gridShape(count, hasLarge, isNarrow)).toEqual({ columns, rows });
});
