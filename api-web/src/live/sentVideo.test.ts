/** When a video draws the moment that it was sent to, by what browsers tell of it. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { showPicture } from "../test/picture";
import { tellPictures } from "../test/video";
import { SentVideo } from "./sentVideo";

let video: HTMLVideoElement;
let drawn: number[];
let ending: AbortController;

const sent = () => new SentVideo(video, (ms) => void drawn.push(ms), ending.signal);
function isSeeking(seeking: boolean) {
  Object.defineProperty(video, "seeking", { value: seeking, configurable: true });
}
const tell = (event: string) => video.dispatchEvent(new Event(event));

beforeEach(() => {
  vi.useFakeTimers();
  video = document.createElement("video");
  drawn = [];
  ending = new AbortController();
});
afterEach(() => ending.abort());

it("is told with the first picture near to where it is, once", () => {
  const pictures = tellPictures(video);
  const player = sent();
  player.send(7);
  video.currentTime = 600;

  pictures.show({ mediaTime: 20, presentedFrames: 1 });
  expect(drawn, "a picture from before").toEqual([]);
  pictures.show({ mediaTime: 599.5, presentedFrames: 2 });
  expect(drawn).toEqual([7]);
  expect(pictures.waiting).toBe(0);
});

it("is the moment that it was sent to last", () => {
  const pictures = tellPictures(video);
  const player = sent();
  player.send(7);
  player.send(8);
  expect(pictures.waiting).toBe(1);
  pictures.show({ mediaTime: 0, presentedFrames: 1 });
  expect(drawn).toEqual([8]);
});

it.each(["loadeddata", "seeked", "timeupdate"])(
  "is believed a moment after %s where no picture is told of",
  (event) => {
    sent().send(7);
    tell(event);
    vi.advanceTimersByTime(1_000);
    expect(drawn, "it has no picture").toEqual([]);

    showPicture(video, 640, 360);
    tell(event);
    expect(drawn).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(drawn).toEqual([7]);
    tell(event);
    vi.advanceTimersByTime(1_000);
    expect(drawn).toEqual([7]);
  },
);

it("is not there while it is sought, also where that began later", () => {
  sent().send(7);
  showPicture(video, 640, 360);
  isSeeking(true);
  tell("timeupdate");
  vi.advanceTimersByTime(1_000);
  expect(drawn).toEqual([]);

  isSeeking(false);
  tell("loadeddata");
  isSeeking(true);
  vi.advanceTimersByTime(1_000);
  expect(drawn).toEqual([]);
  isSeeking(false);
  tell("seeked");
  vi.advanceTimersByTime(100);
  expect(drawn).toEqual([7]);
});

it("is told no more when the player is gone", () => {
  const pictures = tellPictures(video);
  sent().send(7);
  showPicture(video, 640, 360);
  tell("seeked");
  ending.abort();
  vi.advanceTimersByTime(1_000);
  expect(drawn).toEqual([]);
  expect(pictures.waiting).toBe(0);
});
