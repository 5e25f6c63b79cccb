/** The length of pictures by the segments of a day. */
import { expect, it } from "vitest";
import { pictureMsAt } from "./pictures";
import { SECOND_MS, timestampFromMs } from "./time";

const segment = (fromS: number, toS: number, frames: number) => ({
  startTime: timestampFromMs(fromS * SECOND_MS),
  endTime: timestampFromMs(toS * SECOND_MS),
  frames: BigInt(frames),
});

it.each([
  ["the segment of the moment", [segment(10, 20, 300), segment(0, 10, 100)], 5, 100],
  ["any segment where none holds it", [segment(10, 20, 500)], 5, 20],
  ["a usual camera where there is none", [], 5, 40],
  ["a usual camera where none counts", [segment(0, 10, 0), segment(5, 5, 9)], 5, 40],
])("is that of %s", (_name, segments, atS, expected) => {
  expect(pictureMsAt(segments, atS * SECOND_MS)).toBe(expected);
});
