/** Rectangles over a picture. */
import { expect, it } from "vitest";
import { between, cornersOf, WHOLE, withNumber } from "./area";

it.each([
  { name: "down and right", a: { x: 10, y: 20 }, b: { x: 30, y: 60 } },
  { name: "up and left", a: { x: 30, y: 60 }, b: { x: 10, y: 20 } },
  { name: "in fractions", a: { x: 10.4, y: 19.6 }, b: { x: 29.6, y: 60.3 } },
])("is drawn $name", ({ a, b }) => {
  expect(between(a, b)).toEqual({ left: 10, top: 20, width: 20, height: 40 });
});

it("stays within the picture however it is drawn or typed", () => {
  expect(between({ x: -50, y: 40 }, { x: 150, y: 500 })).toEqual({
    left: 0,
    top: 40,
    width: 100,
    height: 60,
  });
  expect(withNumber(WHOLE, "left", 30)).toEqual({ left: 30, top: 0, width: 70, height: 100 });
  expect(withNumber(WHOLE, "left", 300)).toEqual({ left: 98, top: 0, width: 2, height: 100 });
  expect(withNumber(WHOLE, "height", -5)).toEqual({ left: 0, top: 0, width: 100, height: 2 });
});

it("has its corners in parts of the picture, in order around it", () => {
  expect(cornersOf({ left: 10, top: 20, width: 20, height: 40 })).toEqual([
    { x: 0.1, y: 0.2 },
    { x: 0.3, y: 0.2 },
    { x: 0.3, y: 0.6 },
    { x: 0.1, y: 0.6 },
  ]);
});
