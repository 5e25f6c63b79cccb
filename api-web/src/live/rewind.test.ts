/** Going back through footage, with the time of the test. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { rewind } from "./rewind";

let video: { currentTime: number; seeking: boolean; readyState: number };
let stop: () => void;
const onBeginning = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  onBeginning.mockClear();
  video = { currentTime: 10, seeking: false, readyState: 4 };
});

afterEach(() => stop());

function begin(speed: number) {
  stop = rewind({ video: video as HTMLVideoElement, speed, onBeginning });
}

it("goes back by as much as the speed says", () => {
  begin(4);

  vi.advanceTimersByTime(1_000);

  expect(video.currentTime).toBeCloseTo(6);
});

it("keeps the speed where pictures come slowly, and waits for each", () => {
  begin(1);
  video.seeking = true;
  vi.advanceTimersByTime(2_000);
  expect(video.currentTime).toBe(10);

  video.seeking = false;
  vi.advanceTimersByTime(100);

  expect(video.currentTime).toBeCloseTo(7.9);
});

it("does not move a player that is being made", () => {
  begin(1);
  video.readyState = 0;

  vi.advanceTimersByTime(1_000);

  expect(video.currentTime).toBe(10);
});

it("stops at the beginning and says so", () => {
  begin(16);

  vi.advanceTimersByTime(700);
  expect(video.currentTime).toBe(0);
  vi.advanceTimersByTime(100);

  expect(onBeginning).toHaveBeenCalled();
});

it("ends", () => {
  begin(1);
  stop();

  vi.advanceTimersByTime(1_000);

  expect(video.currentTime).toBe(10);
});
