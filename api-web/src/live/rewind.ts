/** Plays backwards, which no browser does: the video stands still and is moved back again and again. */

const TICK_MS = 100;
/** HAVE_CURRENT_DATA: the picture of the last move is there. */
const HAS_PICTURE = 2;

interface Options {
  video: HTMLVideoElement;
  /** Seconds of footage in a second. */
  speed: number;
  /** The beginning of what is loaded is reached; told again and again while it stays so. */
  onBeginning: () => void;
}

/** Begins to go back; the function returned ends it. */
export function rewind({ video, speed, onBeginning }: Options): () => void {
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const nowMs = performance.now();
    // Where pictures come slowly there are fewer of them; the speed stays.
    if (video.seeking || video.readyState < HAS_PICTURE) {
      return;
    }
    const byS = ((nowMs - lastMs) / 1_000) * speed;
    lastMs = nowMs;
    if (video.currentTime <= 0) {
      onBeginning();
    } else {
      video.currentTime = Math.max(0, video.currentTime - byS);
    }
  }, TICK_MS);
  return () => clearInterval(timer);
}
