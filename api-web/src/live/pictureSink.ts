/**
 * Shows pictures as they come in a video element, through Media Source Extensions, and holds the
 * live edge: as far behind the quickest picture as the slowest ones of the last minute were, further
 * where many play in the page, and further where that was too near.
 *
 * Not here: where pictures come from (`liveHub`), and what is done after a failure (`livePlayer`).
 */
import type { LiveFragment, LiveHeartbeat, LiveInit } from "../gen/ronin/v1/live_pb";
import { timestampMs } from "../lib/time";
import { Arrivals } from "./arrivals";

/** How much later than a quick picture arrives it is shown at most. */
const FURTHEST_S = 1;
/**
 * Beyond the slowest picture, for what the browser takes to decode it: some decoders give a picture
 * out when they get the next one, which is waited for where it comes soon.
 */
const MARGIN_S = 0.03;
const NEXT_MAX_S = 0.1;
/**
 * A page that shows many streams is busy with all of them, and when it pauses all of them stand still:
 * for each beside this one a little more, up to that.
 */
const BESIDE_S = 0.01;
const BESIDE_MAX_S = 0.15;
/** Each time the picture stood still, a little more; after this long without, a little less. */
const STEP_S = 0.05;
const CALM_MS = 60_000;
/** Who stood still once stands still some more times until it is further behind. */
const BURST_MS = 1_000;
/** Further off than this it plays faster or slower, until it is nearer than that. */
const OFF_S = 0.04;
const NEAR_S = 0.01;
const FASTER = 1.08;
const SLOWER = 0.5;
/** Further behind than this is caught up by a jump; by less at the beginning, which nobody sees. */
const JUMP_S = 1.4;
const FIRST_JUMP_S = 0.15;
/**
 * Browsers play a little beyond what they have before they wait. To go back there would make them
 * decode anew; they go on when the next pictures come.
 */
const BEYOND_S = 0.5;
const BEGINNING_MS = 500;
const LOOK_MS = 100;
/** Played pictures that are kept, and how many more before they are removed. */
const KEPT_S = 10;
const SLACK_S = 10;
/** Times of the stream that are this far off the clock's are of another clock. */
const SAME_CLOCK_MS = 1_000;
/** Pictures that may wait for the browser: more means that it does not keep up. */
const WAITING_MAX = 400;

interface Options {
  video: HTMLVideoElement;
  /** It cannot go on; the player decides what next. */
  onFailure: (why: "media" | "unsupported") => void;
}

type Source = MediaSource & { readonly handle?: unknown };

/** The class that this browser has; undefined where it has none. */
export function mediaSourceClass(): typeof MediaSource | undefined {
  const scope = globalThis as {
    ManagedMediaSource?: typeof MediaSource;
    MediaSource?: typeof MediaSource;
  };
  return scope.ManagedMediaSource ?? scope.MediaSource;
}

export class PictureSink {
  /** How many there are in this page. */
  static #open = 0;
  readonly #video: HTMLVideoElement;
  readonly #onFailure: Options["onFailure"];
  readonly #source: Source;
  readonly #url: string;
  readonly #timer: ReturnType<typeof setInterval>;
  #buffer: SourceBuffer | undefined;
  #mimeType = "";
  #waiting: (Uint8Array<ArrayBuffer> | { mimeType: string })[] = [];
  #isClosed = false;
  readonly #arrivals = new Arrivals();
  /** What is added to the distance for pictures that stood still. */
  #extraS = 0;
  #calmSince = performance.now();
  #stallMs = Number.NEGATIVE_INFINITY;
  #init: LiveInit | undefined;
  /** Whether the stream has begun once more, as it did before. */
  #isRepeated = false;
  /** Time in the stream of the newest picture, and of the newest sound, in milliseconds. */
  readonly #newest = new Map<boolean, number>();
  /** When the first picture was there. */
  #begunMs: number | undefined;
  /** Wall-clock time at the server minus time of the stream, and minus ours, in milliseconds. */
  #wallOffsetMs: number | undefined;
  #serverAheadMs: number | undefined;
  stalls = 0;
  skippedFrames = 0;

  constructor({ video, onFailure }: Options) {
    const Class = mediaSourceClass();
    if (Class === undefined) {
      throw new Error("this browser has no Media Source Extensions");
    }
    this.#video = video;
    this.#onFailure = onFailure;
    this.#source = new Class();
    this.#url = URL.createObjectURL(this.#source);
    video.disableRemotePlayback = true;
    video.src = this.#url;
    this.#source.addEventListener("sourceopen", this.#pump);
    video.addEventListener("waiting", this.#onWaiting);
    video.addEventListener("error", this.#onError);
    this.#timer = setInterval(() => this.#holdEdge(), LOOK_MS);
    PictureSink.#open += 1;
  }

  /** When the picture that is shown was taken, by the server's clock; undefined before the first. */
  get shownMs(): number | undefined {
    return this.#wallOffsetMs === undefined || this.#begunMs === undefined
      ? undefined
      : this.#video.currentTime * 1_000 + this.#wallOffsetMs;
  }

  /** Seconds between the taking of the picture that is shown and now; undefined before the first. */
  get latencySeconds(): number | undefined {
    const { shownMs } = this;
    return shownMs === undefined || this.#serverAheadMs === undefined
      ? undefined
      : Math.max(0, (Date.now() + this.#serverAheadMs - shownMs) / 1_000);
  }

  /** Where the newest picture is. */
  get edge(): number | undefined {
    const { buffered } = this.#video;
    return buffered.length > 0 ? buffered.end(buffered.length - 1) : undefined;
  }

  /**
   * The stream begins, or begins again: another connection sends what this one has once more, and
   * what the browser has already would only make it stop and decode anew.
   */
  init(init: LiveInit): void {
    if (mediaSourceClass()?.isTypeSupported(init.mimeType) === false) {
      this.#onFailure("unsupported");
      return;
    }
    this.#arrivals.begin(performance.now());
    this.#isRepeated = this.#init !== undefined && isSame(this.#init, init);
    if (this.#isRepeated) {
      return;
    }
    this.#init = init;
    this.#newest.clear();
    this.#waiting.push({ mimeType: init.mimeType }, owned(init.data));
    this.#pump();
  }

  fragment(fragment: LiveFragment): void {
    const { wallTime, mediaTime, sound } = fragment;
    if (wallTime !== undefined && mediaTime !== undefined) {
      const mediaMs = Number(mediaTime.seconds) * 1_000 + mediaTime.nanos / 1_000_000;
      const offsetMs = (timestampMs(wallTime) ?? 0) - mediaMs;
      if (this.#isKnown(mediaMs, offsetMs, sound)) {
        return;
      }
      this.#newest.set(sound, mediaMs);
      if (!sound) {
        this.#wallOffsetMs = offsetMs;
        this.#arrivals.add(mediaMs, performance.now());
      }
    }
    if (this.#waiting.length > WAITING_MAX) {
      this.#onFailure("media");
      return;
    }
    this.#waiting.push(owned(fragment.data));
    this.#pump();
  }

  /** Whether the browser has this picture, or this sound, from the connection before. */
  #isKnown(mediaMs: number, offsetMs: number, sound: boolean): boolean {
    const newest = this.#newest.get(sound);
    if (!this.#isRepeated || newest === undefined) {
      return false;
    }
    // Where the clock was set, the same times are those of other pictures.
    const isOfBefore = Math.abs(offsetMs - (this.#wallOffsetMs ?? offsetMs)) < SAME_CLOCK_MS;
    return isOfBefore && mediaMs <= newest;
  }

  heartbeat({ serverTime, skippedFrames }: LiveHeartbeat): void {
    const serverMs = timestampMs(serverTime);
    if (serverMs !== undefined) {
      // The least delayed message tells best.
      const ahead = serverMs - Date.now();
      this.#serverAheadMs = Math.max(this.#serverAheadMs ?? ahead, ahead);
    }
    this.skippedFrames = Number(skippedFrames);
  }

  close(): void {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    PictureSink.#open -= 1;
    clearInterval(this.#timer);
    this.#source.removeEventListener("sourceopen", this.#pump);
    this.#buffer?.removeEventListener("updateend", this.#onAppended);
    this.#video.removeEventListener("waiting", this.#onWaiting);
    this.#video.removeEventListener("error", this.#onError);
    this.#video.playbackRate = 1;
    URL.revokeObjectURL(this.#url);
  }

  /** Hands what waits to the browser, as far as it takes it. */
  readonly #pump = (): void => {
    if (this.#isClosed || this.#source.readyState !== "open") {
      return;
    }
    try {
      while (!this.#buffer?.updating && this.#waiting.length > 0) {
        const next = this.#waiting[0];
        if (next === undefined || !("mimeType" in next)) {
          this.#append();
          return;
        }
        this.#waiting.shift();
        this.#become(next.mimeType);
      }
    } catch (error) {
      this.#onThrown(error);
    }
  };

  readonly #onAppended = (): void => {
    if (this.#isBeginning) {
      this.#holdEdge();
    }
    this.#pump();
  };

  #become(mimeType: string): void {
    if (this.#buffer === undefined) {
      this.#buffer = this.#source.addSourceBuffer(mimeType);
      this.#buffer.addEventListener("updateend", this.#onAppended);
    } else if (mimeType !== this.#mimeType) {
      this.#buffer.changeType(mimeType);
    }
    this.#mimeType = mimeType;
  }

  #append(): void {
    const last = this.#waiting.findIndex((entry) => "mimeType" in entry);
    const count = last === -1 ? this.#waiting.length : last;
    const parts = this.#waiting.slice(0, count) as Uint8Array<ArrayBuffer>[];
    this.#buffer?.appendBuffer(joined(parts));
    this.#waiting.splice(0, count);
  }

  #onThrown(error: unknown): void {
    const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
    const { currentTime } = this.#video;
    if (isFull && this.#buffer !== undefined && currentTime > 1) {
      this.#buffer.remove(0, currentTime - 0.5);
      return;
    }
    this.#onFailure("media");
  }

  readonly #onWaiting = (): void => {
    if (this.#isBeginning) {
      return;
    }
    const now = performance.now();
    this.stalls += 1;
    if (now - this.#stallMs > BURST_MS) {
      this.#stallMs = now;
      this.#extraS = Math.min(FURTHEST_S, this.#extraS + STEP_S);
    }
    this.#calmSince = now;
    this.#holdEdge();
  };

  readonly #onError = (): void => {
    if (!this.#isClosed) {
      this.#onFailure("media");
    }
  };

  /** Whether it has begun so lately that where it plays is still to be found. */
  get #isBeginning(): boolean {
    return this.#begunMs === undefined || performance.now() - this.#begunMs < BEGINNING_MS;
  }

  #holdEdge(): void {
    const now = performance.now();
    const { edge } = this;
    const front = this.#arrivals.front(now);
    if (edge === undefined || front === undefined || this.#isClosed) {
      return;
    }
    const video = this.#video;
    const { buffered } = video;
    const newest = buffered.start(buffered.length - 1);
    const position = video.currentTime;
    const wanted = Math.min(Math.max(front - this.#distanceS, newest), edge);
    const isOutside = position < newest || position > edge + BEYOND_S;
    const jumpS = this.#isBeginning ? FIRST_JUMP_S : JUMP_S;
    if (this.#begunMs === undefined || isOutside || wanted - position > jumpS) {
      this.#begunMs ??= now;
      video.currentTime = wanted;
      video.playbackRate = 1;
    } else {
      video.playbackRate = rate(wanted - position, video.playbackRate);
    }
    if (now - this.#calmSince > CALM_MS) {
      this.#extraS = Math.max(0, this.#extraS - STEP_S);
      this.#calmSince = now;
    }
    this.#forget(position);
  }

  /** How much later than a quick picture arrives it is to be shown. */
  get #distanceS(): number {
    const decodingS = Math.min(NEXT_MAX_S, this.#arrivals.step) + MARGIN_S;
    const besideS = Math.min(BESIDE_MAX_S, BESIDE_S * (PictureSink.#open - 1));
    return Math.min(FURTHEST_S, this.#arrivals.spread + decodingS + besideS + this.#extraS);
  }

  #forget(position: number): void {
    const buffer = this.#buffer;
    if (buffer === undefined || buffer.updating || buffer.buffered.length === 0) {
      return;
    }
    if (position - buffer.buffered.start(0) > KEPT_S + SLACK_S) {
      buffer.remove(0, position - KEPT_S);
    }
  }
}

function isSame(a: LiveInit, b: LiveInit): boolean {
  return (
    a.mimeType === b.mimeType &&
    a.data.length === b.data.length &&
    a.data.every((byte, index) => byte === b.data[index])
  );
}

/** How fast to play that is `missingS` short of where it should be, and plays at `rate` now. */
function rate(missingS: number, rate: number): number {
  const isOff = Math.abs(missingS) > (rate === 1 ? OFF_S : NEAR_S);
  if (!isOff) {
    return 1;
  }
  return missingS > 0 ? FASTER : SLOWER;
}

/** Bytes that lie in memory of their own, as the browser wants them. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}

function joined(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const [first, ...rest] = parts;
  if (first !== undefined && rest.length === 0) {
    return first;
  }
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
