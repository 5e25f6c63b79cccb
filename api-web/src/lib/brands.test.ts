/** Brands, and the paths of their streams. */
import { expect, it } from "vitest";
import { BRANDS, recognise } from "./brands";
import { freeId } from "./slug";

it.each(BRANDS.filter(({ paths }) => paths.main !== ""))(
  "knows the paths of $label again",
  ({ id, paths }) => {
    expect(recognise(paths.main)).toEqual({ brand: id, isSub: false, paths });
  },
);

it.each([
  ["/cam/realmonitor?channel=2&subtype=1", "/cam/realmonitor?channel=2&subtype=0"],
  [
    "/Streaming/Channels/1602?transportmode=unicast",
    "/Streaming/Channels/1601?transportmode=unicast",
  ],
  ["/Preview_03_sub", "/Preview_03_main"],
  ["/stream2", "/stream1"],
])("finds the main stream beside the sub stream %s", (sub, main) => {
  expect(recognise(sub)).toMatchObject({ isSub: true, paths: { main, sub } });
});

it("takes the sub stream of a Reolink in H.265 to be H.264", () => {
  expect(recognise("/h265Preview_01_main")?.paths.sub).toBe("/h264Preview_01_sub");
});

it.each(["", "/", "/live/ch0", "/h264/ch1/main"])("does not guess the brand of %s", (path) => {
  expect(recognise(path)).toBeUndefined();
});

it("gives a camera whose id is taken a number", () => {
  const long = "x".repeat(63);

  expect(freeId("Front door", new Set())).toBe("front-door");
  expect(freeId("Front door", new Set(["front-door", "front-door-2"]))).toBe("front-door-3");
  expect(freeId(long, new Set([long]))).toBe(`${"x".repeat(61)}-2`);
});
