/** A picture file of what a video shows. */
import { afterEach, expect, it, vi } from "vitest";
import { showPicture, stubCanvas } from "../test/picture";
import { snapshotName, takeSnapshot } from "./snapshot";

const TAKEN_MS = new Date(2026, 10, 22, 14, 5, 9).getTime();

afterEach(() => vi.restoreAllMocks());

function videoOf(width: number, height: number) {
  const video = document.createElement("video");
  showPicture(video, width, height);
  return video;
}

it("is as large as the camera sent it", async () => {
  const drawImage = stubCanvas("image/jpeg");
  const video = videoOf(2560, 1440);

  const snapshot = await takeSnapshot(video, "front-door", TAKEN_MS);

  expect(drawImage).toHaveBeenCalledWith(video, 0, 0, 2560, 1440);
  expect(snapshot).toMatchObject({
    kind: "taken",
    fileName: "front-door-2026-11-22T14-05-09.jpg",
  });
});

it.each([
  ["image/jpeg", "jpg"],
  ["image/png", "png"],
  ["image/webp", "webp"],
])("of type %s ends with .%s", (type, extension) => {
  expect(snapshotName("yard", TAKEN_MS, type)).toBe(`yard-2026-11-22T14-05-09.${extension}`);
});

it("fails in words before the first picture", async () => {
  expect(await takeSnapshot(videoOf(0, 0), "yard", TAKEN_MS)).toEqual({
    kind: "failed",
    reason: "There is no picture yet.",
  });
});

it("fails in words where the browser makes no file", async () => {
  stubCanvas(undefined);

  expect(await takeSnapshot(videoOf(640, 360), "yard", TAKEN_MS)).toEqual({
    kind: "failed",
    reason: "The browser could not make a file of the picture.",
  });
});
