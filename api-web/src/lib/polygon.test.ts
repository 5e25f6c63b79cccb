/** Polygons: what the server refuses is refused here, and changes of their points. */
import { describe, expect, it } from "vitest";
import {
  contains,
  lineProblem,
  type Point,
  placed,
  polygonArea,
  polygonProblem,
  withoutPoint,
  withPointAfter,
  withPointMoved,
} from "./polygon";

const points = (...places: [number, number][]): Point[] => places.map(([x, y]) => ({ x, y }));
const SQUARE = points([0, 0], [1, 0], [1, 1], [0, 1]);

describe("what makes no polygon", () => {
  it.each<[string, Point[], RegExp]>([
    ["none", [], /0 points enclose nothing: place at least 3/],
    ["two points", points([0, 0], [1, 1]), /at least 3/],
    ["too many", Array.from({ length: 101 }, () => ({ x: 0.5, y: 0.5 })), /at most 100/],
    ["no number", points([0, 0], [1, Number.NaN], [0, 1]), /Point 2 lies outside/],
    ["pixels", points([0, 0], [1, 0], [320, 1]), /Point 3 lies outside/],
    ["below 0", points([0, 0], [1, -0.1], [0, 1]), /Point 2 lies outside/],
    ["repeated", points([0, 0], [1, 0], [0, 1], [0, 0]), /Points 4 and 1 are the same/],
    ["in a line", points([0.1, 0.1], [0.2, 0.2], [0.3, 0.3]), /apart/],
    ["nothing", points([0.1, 0.1], [0.1005, 0.1], [0.1, 0.1005]), /apart/],
    ["crossed", points([0, 0], [1, 1], [1, 0], [0, 1]), /after points 1 and 3/],
    ["a corner on an edge", points([0, 0], [1, 0], [1, 1], [0.5, 0], [0, 1]), /cross or touch/],
    ["a spike", points([0, 0], [1, 0], [0.5, 0], [0, 1]), /cross or touch/],
    [
      "a corner twice",
      points([0.5, 0.5], [0, 0], [1, 0], [0.5, 0.5], [1, 1], [0, 1]),
      /cross or touch/,
    ],
  ])("is %s", (_name, places, words) => {
    expect(polygonProblem(places)).toMatch(words);
  });

  it("is not the whole picture, nor an arrow, in either direction", () => {
    const arrow = points([0.1, 0.1], [0.9, 0.1], [0.5, 0.4], [0.9, 0.9]);
    for (const good of [SQUARE, arrow, SQUARE.toReversed(), arrow.toReversed()]) {
      expect(polygonProblem(good)).toBeUndefined();
    }
  });
});

it("a line may cross when it is closed, but not while it is drawn", () => {
  const hook = points([0.1, 0.1], [0.9, 0.1], [0.9, 0.9], [0.5, 0.05]);
  expect(lineProblem(hook.slice(0, 3))).toBeUndefined();
  expect(lineProblem(hook)).toMatch(/after points 1 and 3/);
  // Closing it now would cross; the points to come lead around.
  const spiral = points([0.5, 0.5], [0.9, 0.5], [0.9, 0.9], [0.1, 0.9], [0.1, 0.1], [0.95, 0.1]);
  expect(lineProblem(spiral)).toBeUndefined();
  expect(lineProblem(points([0.5, 0.5], [0.5, 0.5]))).toMatch(/the same/);
});

it("inside is between the edges", () => {
  const arrow = points([0.1, 0.1], [0.9, 0.1], [0.5, 0.4], [0.9, 0.9]);
  const is = (x: number, y: number) => contains(arrow, { x, y });

  expect([is(0.3, 0.15), is(0.5, 0.5), is(0.8, 0.12)]).toEqual([true, true, true]);
  expect([is(0.8, 0.4), is(0.05, 0.1), is(0.2, 0.9)]).toEqual([false, false, false]);
});

it("has an area", () => {
  expect(polygonArea(SQUARE)).toBe(1);
  expect(polygonArea(points([0, 0], [0.5, 0], [0, 0.5]).toReversed())).toBeCloseTo(0.125);
  expect(polygonArea([])).toBe(0);
});

it("points are moved within the picture, added on an edge and taken away", () => {
  expect(withPointMoved(SQUARE, 1, { x: 1.4, y: 0.12345 })[1]).toEqual({ x: 1, y: 0.123 });
  expect(withPointAfter(SQUARE, 3)).toEqual([...SQUARE, { x: 0, y: 0.5 }]);
  expect(withPointAfter(SQUARE, 0)[1]).toEqual({ x: 0.5, y: 0 });
  expect(withoutPoint(SQUARE, 0)).toEqual(SQUARE.slice(1));
  expect(placed({ x: -1, y: 0.5 })).toEqual({ x: 0, y: 0.5 });
});
