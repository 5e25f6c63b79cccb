/** From media time to wall-clock time and back, over gaps. */
import { describe, expect, it } from "vitest";
import { type Piece, positionOf, wallTimeAt } from "./wallClock";

const T = Date.UTC(2026, 0, 15, 8);
/** 20 s of footage, a minute of nothing, 10 s of footage after a hole of half a second. */
const PIECES: Piece[] = [
  { start: 0, duration: 10, programDateTime: T },
  { start: 10, duration: 10, programDateTime: T + 10_000 },
  { start: 20.5, duration: 10, programDateTime: T + 80_000 },
];

describe("wallTimeAt", () => {
  it.each([
    [0, 0],
    [9.5, 9_500],
    [10, 10_000],
    [20.25, 20_000],
    [20.5, 80_000],
    [25.5, 85_000],
    [99, 90_000],
    [-1, 0],
  ])("second %d shows %d ms after the beginning", (position, ms) => {
    expect(wallTimeAt(PIECES, position)).toBe(T + ms);
  });

  it("knows nothing without times", () => {
    expect(wallTimeAt([], 3)).toBeUndefined();
    expect(wallTimeAt([{ start: 0, duration: 1, programDateTime: null }], 0)).toBeUndefined();
  });
});

describe("positionOf", () => {
  it.each([
    [-5_000, 0],
    [3_000, 3],
    [19_000, 19],
    [50_000, 20.5],
    [81_000, 21.5],
    [200_000, 30.5],
  ])("%d ms after the beginning is at second %d", (ms, position) => {
    expect(positionOf(PIECES, T + ms)).toBe(position);
  });

  it("knows nothing without times", () => {
    expect(positionOf([{ start: 0, duration: 1, programDateTime: null }], T)).toBeUndefined();
  });
});
