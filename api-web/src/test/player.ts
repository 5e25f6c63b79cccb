/** A live player on a fake hls.js and a video whose clock the test moves. */
import { vi } from "vitest";
import type { LiveHub } from "../live/liveHub";
import { LivePlayer, type LoadHls, type PlayerState } from "../live/livePlayer";
import { FakeHls, loadFakeHls } from "./fakeHls";
import { stubMediaSource } from "./mediaSource";

export const SOURCE = {
  camera: "cameras/door",
  sound: false,
  prefersSub: false,
  url: "/live/door/index.m3u8",
  codecs: ["avc1.64001f"],
};

/** A player with a video whose clock the test moves. */
export function playerWith(loadHls: LoadHls = loadFakeHls, hub?: LiveHub) {
  const video = document.createElement("video");
  let position = 0;
  let hasPicture = true;
  Object.defineProperty(video, "currentTime", {
    get: () => position,
    set: (value: number) => {
      position = value;
    },
  });
  Object.defineProperty(video, "readyState", { get: () => (hasPicture ? 4 : 1) });
  const play = vi.spyOn(video, "play").mockResolvedValue();
  const states: PlayerState[] = [];
  const player = new LivePlayer({ video, loadHls, hub, onState: (state) => states.push(state) });
  return {
    player,
    video,
    play,
    states,
    position: () => position,
    losePicture: () => {
      hasPicture = false;
    },
    /** Lets the picture move for this long. */
    run: async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 1_000) {
        position += 1;
        await vi.advanceTimersByTimeAsync(1_000);
      }
    },
  };
}

export const still = (ms: number) => vi.advanceTimersByTimeAsync(ms);
export const attached = () => vi.advanceTimersByTimeAsync(0);
export const network = (details = "fragLoadError", code?: number) => ({
  type: "networkError",
  details,
  ...(code !== undefined && { code }),
});
export const media = { type: "mediaError", details: "bufferAppendError" };

/** What each test of the player begins with. */
export function preparePlayerTest(): void {
  vi.useFakeTimers();
  FakeHls.reset();
  stubMediaSource((type: string) => !type.includes("hvc1"));
}
