/** A video with footage, as the clock of several cameras sees it. Not here: the clock (`syncClock`). */
import type { Footage, FootageState } from "./footagePlayer";
import type { SyncedPlayer } from "./syncedFootage";

/**
 * HAVE_FUTURE_DATA: one that had no more than its picture would be begun, found wanting and stopped
 * again and again.
 */
const HAS_NEXT = 3;

interface Options {
  video: HTMLVideoElement;
  footage: Footage;
  /** How the footage was last told to be. */
  state: () => FootageState;
}

export function syncedPlayer({ video, footage, state }: Options): SyncedPlayer {
  return {
    state: () => {
      const { kind } = state();
      if (kind === "failed" || kind === "unsupported") {
        return "failed";
      }
      return kind === "ready" && hasPicture(video) ? "ready" : "loading";
    },
    positionMs: () => (state().kind === "ready" ? footage.positionMs() : undefined),
    neighbourMs: footage.neighbourMs,
    isPaused: () => video.paused,
    rate: () => video.playbackRate,
    play: () => void play(video),
    pause: () => video.pause(),
    show: (ms) => void footage.show(ms),
    isLoaded: (ms) => state().kind === "ready" && footage.isLoaded(ms),
    setRate: (rate) => {
      video.playbackRate = rate;
    },
  };
}

/** Stands for a player where the server offers nothing to play: nobody waits for it. */
export const FAILED_PLAYER: SyncedPlayer = {
  state: () => "failed",
  positionMs: () => undefined,
  neighbourMs: () => undefined,
  isPaused: () => true,
  rate: () => 1,
  play: () => undefined,
  pause: () => undefined,
  show: () => undefined,
  isLoaded: () => false,
  setRate: () => undefined,
};

function hasPicture({ seeking, readyState, ended }: HTMLVideoElement): boolean {
  return !seeking && (ended || readyState >= HAS_NEXT);
}

/** Where the browser refuses to begin with sound, it begins without. */
async function play(video: HTMLVideoElement): Promise<void> {
  try {
    await video.play();
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotAllowedError" && !video.muted) {
      video.muted = true;
      await video.play().catch(() => undefined);
    }
  }
}
