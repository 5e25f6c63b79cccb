/** Which picture a video shows, how long its pictures are, and where the next one lies. */

/** Pictures that the length is estimated from: enough to outvote one that came late. */
const SAMPLES = 15;
/** Rounding of times in containers and browsers. */
const SLACK_S = 0.002;
/** A picture that was shown so many lengths ago is not the one that is shown now. */
const LONGEST = 2;
/** A position so many lengths behind a picture is in the next one, which is not drawn yet. */
const WITHIN = 1.25;

export class PictureClock {
  readonly #video: HTMLVideoElement;
  readonly #assumedS: () => number;
  readonly #lengths: number[] = [];
  #last: VideoFrameCallbackMetadata | undefined;

  /**
   * `assumedS` says how long a picture is, in seconds, while that is not known yet; `onPicture` is told
   * that another one is shown, by browsers that say so.
   */
  constructor(
    video: HTMLVideoElement,
    assumedS: () => number,
    onPicture: () => void,
    signal: AbortSignal,
  ) {
    this.#video = video;
    this.#assumedS = assumedS;
    if (!("requestVideoFrameCallback" in video)) {
      return;
    }
    const forget = () => {
      this.#last = undefined;
    };
    video.addEventListener("emptied", forget, { signal });
    const listen = () => {
      const handle = video.requestVideoFrameCallback((_nowMs, picture) => {
        signal.removeEventListener("abort", cancel);
        this.#show(picture);
        onPicture();
        listen();
      });
      const cancel = () => video.cancelVideoFrameCallback(handle);
      signal.addEventListener("abort", cancel);
    };
    listen();
  }

  /** Seconds. */
  get pictureS(): number {
    const sorted = [...this.#lengths].sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)] ?? this.#assumedS();
  }

  /** Where the picture that is shown begins, as far as the browser says; else the position. */
  get position(): number {
    return this.#begin ?? this.#video.currentTime;
  }

  /** A position in the next (1) or the last (-1) picture; may lie before the beginning. */
  neighbour(direction: 1 | -1): number {
    const { currentTime, seeking } = this.#video;
    const { pictureS } = this;
    const begin = this.#begin;
    // The picture that is on its way may not be there yet: keys are pressed fast.
    if (begin === undefined || seeking || currentTime - begin > WITHIN * pictureS) {
      return currentTime + direction * pictureS;
    }
    // The middle of a picture is not taken for its neighbour, however times are rounded.
    const middle = begin + pictureS / 2 + direction * pictureS;
    // A picture that stays for long is got out of, even so.
    return direction === 1 ? Math.max(middle, currentTime + pictureS / 2) : middle;
  }

  /** Where the picture that is shown begins; undefined where the browser does not say it. */
  get #begin(): number | undefined {
    const { currentTime } = this.#video;
    const begin = this.#last?.mediaTime;
    const isShown =
      begin !== undefined &&
      currentTime >= begin - SLACK_S &&
      currentTime - begin < LONGEST * this.pictureS;
    return isShown ? begin : undefined;
  }

  #show(picture: VideoFrameCallbackMetadata): void {
    const { paused, seeking, playbackRate } = this.#video;
    const before = this.#last;
    this.#last = picture;
    // Fast playback leaves pictures out.
    if (before === undefined || paused || seeking || playbackRate > 1) {
      return;
    }
    const length = picture.mediaTime - before.mediaTime;
    if (picture.presentedFrames === before.presentedFrames + 1 && length > 0 && length < 1) {
      this.#lengths.push(length);
      if (this.#lengths.length > SAMPLES) {
        this.#lengths.shift();
      }
    }
  }
}
