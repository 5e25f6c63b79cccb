/** The picture that is shown, its length and its neighbours. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { randomOf } from "../test/random";
import { letPlay, tellPictures } from "../test/video";
import { PictureClock } from "./pictureClock";

let video: HTMLVideoElement;
let ending: AbortController;
const onPicture = vi.fn();

beforeEach(() => {
  video = document.createElement("video");
  ending = new AbortController();
  onPicture.mockClear();
  letPlay(video);
});

const clock = () => new PictureClock(video, () => 0.04, onPicture, ending.signal);

/** Plays pictures of the given lengths; returns where the last one begins. */
async function play(pictures: ReturnType<typeof tellPictures>, lengths: readonly number[]) {
  await video.play();
  let mediaTime = 0;
  pictures.show({ mediaTime, presentedFrames: 1 });
  for (const [index, length] of lengths.entries()) {
    mediaTime += length;
    video.currentTime = mediaTime;
    pictures.show({ mediaTime, presentedFrames: index + 2 });
  }
  video.pause();
  return mediaTime;
}

describe("a browser that does not tell pictures", () => {
  it("goes by the length that is assumed", () => {
    const pictures = clock();
    video.currentTime = 1;

    expect(pictures.position).toBe(1);
    expect(pictures.neighbour(1)).toBeCloseTo(1.04);
    expect(pictures.neighbour(-1)).toBeCloseTo(0.96);
  });
});

describe("a browser that tells pictures", () => {
  it("has the length that most of them have", async () => {
    const told = tellPictures(video);
    const pictures = clock();
    expect(pictures.pictureS).toBe(0.04);

    await play(told, [0.1, 0.1, 0.1, 0.2, 0.1, 0.1, 0.1]);

    expect(pictures.pictureS).toBeCloseTo(0.1);
    expect(onPicture).toHaveBeenCalledTimes(8);
  });

  it("does not count pictures that were left out, or played fast", async () => {
    const told = tellPictures(video);
    const pictures = clock();

    await video.play();
    told.show({ mediaTime: 0, presentedFrames: 1 });
    told.show({ mediaTime: 0.5, presentedFrames: 6 });
    video.playbackRate = 8;
    told.show({ mediaTime: 0.9, presentedFrames: 7 });

    expect(pictures.pictureS).toBe(0.04);
  });

  it("says where the picture begins, not where the position is", async () => {
    const told = tellPictures(video);
    const pictures = clock();
    const begin = await play(told, [0.04, 0.04]);

    video.currentTime = begin + 0.03;
    expect(pictures.position).toBeCloseTo(begin);

    // The picture of a seek is there before browsers say that they seek.
    video.currentTime = begin + 0.06;
    told.show({ mediaTime: begin + 0.04, presentedFrames: 4 });
    video.dispatchEvent(new Event("seeking"));
    expect(pictures.position).toBeCloseTo(begin + 0.04);
  });

  it("goes by the position while a picture is on its way", async () => {
    const told = tellPictures(video);
    const pictures = clock();
    const begin = await play(told, [0.04, 0.04]);
    Object.defineProperty(video, "seeking", { value: true });

    video.currentTime = pictures.neighbour(1);
    video.currentTime = pictures.neighbour(1);
    expect(video.currentTime).toBeCloseTo(begin + 0.08);

    // What was shown before a step back cannot be what is shown behind it.
    video.currentTime = begin - 0.02;
    expect(pictures.position).toBeCloseTo(begin - 0.02);
  });

  it("goes on from a picture that was sought and is not drawn yet", async () => {
    const told = tellPictures(video);
    const pictures = clock();
    const begin = await play(told, [0.04, 0.04]);

    video.currentTime = pictures.neighbour(1);
    expect(pictures.neighbour(-1)).toBeCloseTo(begin + 0.02);
    video.currentTime = pictures.neighbour(1);

    // The middle of the picture after the next one.
    expect(video.currentTime).toBeCloseTo(begin + 0.1);
  });

  it("does not take a picture of long ago for the one that is shown", async () => {
    const told = tellPictures(video);
    const pictures = clock();
    await play(told, [0.04, 0.04]);

    video.currentTime = 9;

    expect(pictures.position).toBe(9);
  });

  it("finds the neighbours of any picture, at whatever position in it", async () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = randomOf(seed);
      const length = 1 / (5 + Math.floor(random() * 55));
      const told = tellPictures(video);
      const pictures = clock();
      const begin = await play(
        told,
        Array.from({ length: 20 }, () => length * (0.9 + random() * 0.2)),
      );
      video.currentTime = begin + random() * length * 0.99;

      const [next, last] = [pictures.neighbour(1), pictures.neighbour(-1)];

      expect(next - begin, `seed ${seed}`).toBeGreaterThan(length * 1.1);
      expect(next - begin, `seed ${seed}`).toBeLessThan(length * 1.9);
      expect(begin - last, `seed ${seed}`).toBeGreaterThan(0);
      expect(begin - last, `seed ${seed}`).toBeLessThan(length * 0.9);
      ending.abort();
      ending = new AbortController();
    }
  });

  it("gets out of a picture that stays for long", async () => {
    const told = tellPictures(video);
    const pictures = clock();
    const begin = await play(told, [0.04, 0.04]);

    let position = begin;
    for (let press = 0; press < 4; press += 1) {
      position = pictures.neighbour(1);
      video.currentTime = position;
      // It is still the same one.
      told.show({ mediaTime: begin, presentedFrames: 4 + press });
    }

    expect(position).toBeGreaterThan(begin + 0.1);
  });

  it("is not asked any more when it ends", () => {
    const told = tellPictures(video);
    clock();
    expect(told.waiting).toBe(1);

    ending.abort();

    expect(told.waiting).toBe(0);
  });
});
