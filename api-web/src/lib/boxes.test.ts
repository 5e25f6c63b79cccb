/** What the detector sees, in words and in places. */
import { expect, it } from "vitest";
import { DetectionGate } from "../gen/ronin/v1/event_pb";
import { type Box, boxWords, cellCount, cellPath, footOf, gateWords, zonesAt } from "./boxes";

const box = (overrides: Partial<Box> = {}): Box => ({
  label: "person",
  score: 0.874,
  trackId: 12n,
  x: 0.25,
  y: 0.25,
  width: 0.25,
  height: 0.5,
  still: false,
  ...overrides,
});

it("says what an object is, how sure that is, and which track", () => {
  expect(boxWords(box())).toBe("Person 87 %, track 12");
  expect(boxWords(box({ trackId: 0n, still: true }))).toBe("Person 87 %, still");
});

it("knows the zones of an object by its foot and its class", () => {
  const lower = [
    { x: 0, y: 0.6 },
    { x: 1, y: 0.6 },
    { x: 1, y: 1 },
    { x: 0, y: 1 },
  ];
  const upper = lower.map(({ x, y }) => ({ x, y: y - 0.6 }));
  const zones = [
    { name: "Street", points: upper, labels: [] },
    { name: "Porch", points: lower, labels: [] },
    { name: "Drive", points: lower, labels: ["car"] },
  ];

  expect(footOf(box())).toEqual({ x: 0.375, y: 0.75 });
  expect(zonesAt(zones, box())).toEqual(["Porch"]);
  expect(zonesAt(zones, box({ label: "car" }))).toEqual(["Porch", "Drive"]);
  expect(zonesAt(zones, box({ height: 0.1 }))).toEqual(["Street"]);
  expect(zonesAt(zones, box({ height: 0.75 }))).toEqual(["Porch"]);
});

it("reads cells from the left of the first row, two bytes for each row", () => {
  const cells = new Uint8Array(32);
  cells[0] = 0b1000_0001;
  cells[1] = 0b0000_0001;
  cells[31] = 0b1000_0000;

  expect(cellCount(cells)).toBe(4);
  expect(cellPath(cells)).toBe("M0 0h1v1h-1zM7 0h2v1h-2zM15 15h1v1h-1z");
  expect(cellPath(new Uint8Array())).toBe("");
});

it("says why a picture was looked at", () => {
  expect(gateWords(DetectionGate.MOTION)).toBe("Looked at, because something moved.");
  expect(gateWords(DetectionGate.UNSPECIFIED)).toMatch(/^Not looked at/);
});
