/** Which boxes belong to the picture that is shown. */
import { create } from "@bufbuild/protobuf";
import { expect, it, vi } from "vitest";
import { AnalysedPictureSchema } from "../gen/ronin/v1/detection_pb";
import { DetectionGate } from "../gen/ronin/v1/event_pb";
import { timestampFromMs } from "../lib/time";
import { SeenPictures } from "./seenPictures";

const WALL = Date.UTC(2026, 10, 22, 12);

/** Pictures that were taken so many milliseconds behind 12:00 and told at the same time of the page. */
function seen(...takenMs: number[]) {
  const pictures = new SeenPictures();
  for (const ms of takenMs) {
    pictures.add(picture(ms), ms);
  }
  return pictures;
}

const picture = (ms: number, gate = DetectionGate.MOTION) =>
  create(AnalysedPictureSchema, { wallTime: timestampFromMs(WALL + ms), gate });
const taken = (pictures: SeenPictures, shownMs: number) =>
  (pictures.at(WALL + shownMs).lookedAt?.wallMs ?? Number.NaN) - WALL;

it("are held until the picture is shown that they are of", () => {
  const pictures = seen(0, 200, 400);

  expect(taken(pictures, -1)).toBeNaN();
  expect(taken(pictures, 0)).toBe(0);
  expect(taken(pictures, 399)).toBe(200);
  expect(taken(pictures, 400)).toBe(400);
});

it("go when they are older than a second", () => {
  const pictures = seen(0);

  expect(taken(pictures, 1_000)).toBe(0);
  expect(taken(pictures, 1_001)).toBeNaN();
});

it("stay over pictures that the detector did not look at", () => {
  const pictures = seen(0);
  pictures.add(picture(200, DetectionGate.UNSPECIFIED), 200);

  const now = pictures.at(WALL + 300);

  expect(now.lookedAt?.wallMs).toBe(WALL);
  expect(now.latest?.wallMs).toBe(WALL + 200);
});

it("are the last ones told where nobody knows which picture is shown", () => {
  const pictures = seen(0, 200);

  expect(pictures.at(undefined, 900).latest?.wallMs).toBe(WALL + 200);
  expect(pictures.at(undefined, 1_300).latest).toBeUndefined();
});

it("are told to whoever listens, and forgotten in time", () => {
  const pictures = new SeenPictures();
  const listener = vi.fn();
  const stop = pictures.subscribe(listener);
  pictures.add(picture(0), 0);
  stop();
  pictures.add(picture(60_000), 60_000);

  expect(listener).toHaveBeenCalledTimes(1);
  expect(pictures.newest()?.wallMs).toBe(WALL + 60_000);
  expect(taken(pictures, 0)).toBeNaN();
});
