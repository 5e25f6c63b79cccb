/**
 * Tells when a video draws the moment that it was sent to. Not here: sending it (`footagePlayer`),
 * which picture it is (`pictureClock`).
 */

/** A picture so far from where the video is was drawn before it was sent there. At 16× it is far. */
const NEAR_S = 1;
/**
 * A browser that tells of pictures has told by then. Those that never do, and pages that are not
 * seen, have only what the video says itself.
 */
const SETTLE_MS = 100;
/** HAVE_CURRENT_DATA */
const HAS_PICTURE = 2;

export class SentVideo {
  readonly #video: HTMLVideoElement;
  readonly #onDrawn: (ms: number) => void;
  /** The moment that it was sent to; undefined once that is drawn. */
  #sentMs: number | undefined;
  #picture: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(video: HTMLVideoElement, onDrawn: (ms: number) => void, signal: AbortSignal) {
    this.#video = video;
    this.#onDrawn = onDrawn;
    for (const event of ["loadeddata", "seeked", "timeupdate"]) {
      video.addEventListener(event, () => this.#settle(), { signal });
    }
    signal.addEventListener("abort", () => this.#forget());
  }

  /** Said before the video is sent there. */
  send(ms: number): void {
    this.#forget();
    this.#sentMs = ms;
    this.#listen();
  }

  #listen(): void {
    if (!("requestVideoFrameCallback" in this.#video)) {
      return;
    }
    this.#picture = this.#video.requestVideoFrameCallback((_nowMs, { mediaTime }) => {
      if (Math.abs(mediaTime - this.#video.currentTime) <= NEAR_S) {
        this.#tell();
      } else {
        this.#listen();
      }
    });
  }

  #settle(): void {
    if (this.#sentMs !== undefined && this.#timer === undefined && this.#isThere()) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        // hls.js may have moved it on to where it is to begin.
        if (this.#isThere()) {
          this.#tell();
        }
      }, SETTLE_MS);
    }
  }

  #isThere(): boolean {
    return !this.#video.seeking && this.#video.readyState >= HAS_PICTURE;
  }

  #tell(): void {
    const ms = this.#sentMs;
    this.#forget();
    if (ms !== undefined) {
      this.#onDrawn(ms);
    }
  }

  #forget(): void {
    this.#sentMs = undefined;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#picture !== undefined) {
      this.#video.cancelVideoFrameCallback(this.#picture);
      this.#picture = undefined;
    }
  }
}
