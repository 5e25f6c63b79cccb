/** One speed leads to the next. */
import { expect, it } from "vitest";
import { hasSound, nextSpeed, SPEEDS } from "./speeds";

it("go up and down one after the other, and stop at the ends", () => {
  const up = SPEEDS.map((speed) => nextSpeed(speed, 1));
  const down = SPEEDS.map((speed) => nextSpeed(speed, -1));

  expect(up).toEqual([1, 2, 4, 8, 16, 16]);
  expect(down).toEqual([0.5, 0.5, 1, 2, 4, 8]);
});

it("go on from one that the browser's own menu set", () => {
  expect(nextSpeed(1.5, 1)).toBe(2);
  expect(nextSpeed(1.5, -1)).toBe(1);
});

it("have sound up to 2×", () => {
  expect(SPEEDS.filter(hasSound)).toEqual([0.5, 1, 2]);
});
