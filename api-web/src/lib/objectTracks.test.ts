/** Where objects were: at the moments that are kept, between them, before and after. */
import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { EventSchema } from "../gen/ronin/v1/event_pb";
import { boxesAt, tracksOf } from "./objectTracks";
import { timestampFromMs } from "./time";

const WALL = Date.UTC(2026, 10, 22, 12);
const moment = (ms: number, x: number, score = 0.5) => ({
  time: timestampFromMs(WALL + ms),
  x,
  y: 0.2,
  width: 0.1,
  height: 0.4,
  score,
});
const event = (trackId: bigint, path: ReturnType<typeof moment>[]) =>
  create(EventSchema, { label: "person", trackId, path });

const tracks = tracksOf([
  event(1n, [moment(0, 0.1), moment(200, 0.3, 0.9), moment(1_000, 0.5)]),
  event(2n, [moment(900, 0.8)]),
  event(3n, []),
]);
const seen = (ms: number) =>
  boxesAt(tracks, WALL + ms).map(({ trackId, x }) => [trackId, Number(x.toFixed(3))]);

it("has what has a path, and nothing before it", () => {
  expect(tracks).toHaveLength(2);
  expect(seen(-1)).toEqual([]);
});

it("is on the line between two moments", () => {
  expect(seen(0)).toEqual([[1n, 0.1]]);
  expect(seen(100)).toEqual([[1n, 0.2]]);
  expect(seen(600)).toEqual([[1n, 0.4]]);
  expect(boxesAt(tracks, WALL + 600)[0]).toMatchObject({ label: "person", score: 0.9 });
});

it("stays for a picture where it was seen last, and is gone then", () => {
  expect(seen(1_000)).toEqual([
    [1n, 0.5],
    [2n, 0.8],
  ]);
  expect(seen(1_300)).toEqual([
    [1n, 0.5],
    [2n, 0.8],
  ]);
  expect(seen(1_400)).toEqual([[1n, 0.5]]);
  expect(seen(1_401)).toEqual([]);
});
