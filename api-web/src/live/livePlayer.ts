/**
 * Keeps one live stream playing in one video element: pictures as they come where there are Media
 * Source Extensions, else hls.js or the browser's own HLS. Recovers from network errors, media errors
 * and stalls, and says in words how it is doing.
 *
 * Not here: whether the camera streams at all (the caller starts and stops), React
 * (`useLivePlayer`), and what is drawn over the video (`tileWords`).
 */
import type HlsClass from "hls.js";
import type { ErrorData } from "hls.js";
import { asSentence } from "../api/errors";
import { StreamKind } from "../gen/ronin/v1/common_pb";
import {
  type LiveFragment,
  type LiveHeartbeat,
  type LiveInit,
  LiveRendition,
  type LiveTileEnd,
} from "../gen/ronin/v1/live_pb";
import { browserCapabilities, unplayableCodec } from "./codecs";
import { LIVE_HLS_CONFIG } from "./hlsConfig";
import type { LiveHub } from "./liveHub";
import { mediaSourceClass, PictureSink } from "./pictureSink";

/** Attempts after which a person has to ask for another. */
export const MAX_RETRIES = 5;
/** Wait before each of them: the server may need some seconds to come back. */
export const RETRY_WAIT_MS: readonly number[] = [1_000, 2_000, 4_000, 8_000, 8_000];
/** A picture that stands still for this long is a stall: two segments of long GOPs are 4 s and more. */
export const STALL_MS = 8_000;
/** Pictures one by one that failed so often are given up for HLS. */
const PICTURE_FAILURES_MAX = 2;
/** A sub stream without pictures for this long is given up for the main stream. */
export const SUB_WAIT_MS = 5_000;
/** Playing for this long without trouble pays off all earlier trouble. */
export const HEALTHY_MS = 10_000;
const TICK_MS = 1_000;
/** What the server encodes for browsers that cannot play what a camera sends. */
const RENDITION_TYPE = 'video/mp4; codecs="avc1.640028"';

/** Where a stream is. */
export interface LiveSource {
  /** "cameras/{id}". */
  camera: string;
  /** Whether it is heard. */
  sound: boolean;
  /** Whether the camera has a sub stream, and that does: the main stream is then the second choice. */
  prefersSub: boolean;
  /** The main stream as HLS. */
  url: string;
  /** Of the main stream. */
  codecs: readonly string[];
}

/**
 * How pictures come: one by one, one by one as the server encodes them for this browser, or as
 * segments of HLS, some seconds later.
 */
export type LiveMode = "pictures" | "encoded" | "hls";

export type PlayerState =
  | { kind: "idle" }
  | { kind: "loading" }
  | { kind: "playing" }
  | { kind: "recovering"; reason: string; attempt: number }
  | { kind: "blocked" }
  | { kind: "failed"; reason: string }
  | { kind: "unsupported"; codec: string };

/** Loads hls.js on first use: nobody pays for it on pages without video. */
export type LoadHls = () => Promise<typeof HlsClass>;

interface Options {
  video: HTMLVideoElement;
  loadHls: LoadHls;
  /** Where pictures come one by one; undefined: from nowhere. */
  hub?: LiveHub | undefined;
  onState: (state: PlayerState) => void;
}

const REASONS = {
  network: "The video could not be fetched from the server.",
  media: "The browser could not decode the video.",
  stall: "The picture stood still.",
  none: "No picture came.",
  other: "The player stopped unexpectedly.",
  signedOut: "The session for video has ended. Sign out and in again.",
  noHls: "This browser cannot play live video.",
} as const;

/** States in which pictures are there or expected. */
const WATCHED: ReadonlySet<PlayerState["kind"]> = new Set(["loading", "playing", "recovering"]);

/** Errors of hls.js that mean: no recovery, the codec is the problem. */
const CODEC_ERRORS: ReadonlySet<string> = new Set([
  "manifestIncompatibleCodecsError",
  "bufferIncompatibleCodecsError",
  "bufferAddCodecError",
]);

export class LivePlayer {
  readonly #video: HTMLVideoElement;
  readonly #loadHls: LoadHls;
  readonly #hub: LiveHub | undefined;
  readonly #onState: (state: PlayerState) => void;
  #state: PlayerState = { kind: "idle" };
  #source: LiveSource | undefined;
  #hls: HlsClass | undefined;
  #sink: PictureSink | undefined;
  #unsubscribe: (() => void) | undefined;
  #pictureFailures = 0;
  /** Whether the sub stream was tried, and did not do. */
  #subFailed = false;
  /** Streams that the server encodes for this browser. */
  #encoded = new Set<StreamKind>();
  /** Counts attachments: what an older one still has under way is ignored. */
  #generation = 0;
  #retries = 0;
  #mediaErrors = 0;
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #tickTimer: ReturnType<typeof setInterval> | undefined;
  /** Whether the wait before the next attempt is running. */
  #isWaiting = false;
  #position = 0;
  #stillMs = 0;
  #healthyMs = 0;
  #jumpedToEdge = false;
  /** Whether a picture has come since it was attached. */
  #hadPicture = false;
  #pictureHandle = 0;

  constructor({ video, loadHls, hub, onState }: Options) {
    this.#video = video;
    this.#loadHls = loadHls;
    this.#hub = hub;
    this.#onState = onState;
  }

  get state(): PlayerState {
    return this.#state;
  }

  /** How pictures come now. */
  get mode(): LiveMode {
    if (this.#sink === undefined) {
      return "hls";
    }
    const stream = this.#takesSub ? StreamKind.SUB : StreamKind.MAIN;
    return this.#encoded.has(stream) ? "encoded" : "pictures";
  }

  /** How often the picture had to wait for the next one. */
  get stalls(): number {
    return this.#sink?.stalls ?? 0;
  }

  /** When the picture that is shown was taken, by the server's clock; undefined where it is not known. */
  get shownMs(): number | undefined {
    if (this.#state.kind !== "playing") {
      return undefined;
    }
    return this.#sink === undefined ? this.#hls?.playingDate?.getTime() : this.#sink.shownMs;
  }

  /** Seconds between the taking of a picture and its showing; undefined where it is not known. */
  get latencySeconds(): number | undefined {
    if (this.#sink !== undefined) {
      return this.#state.kind === "playing" ? this.#sink.latencySeconds : undefined;
    }
    const latency = this.#hls?.latency ?? 0;
    return this.#state.kind === "playing" && latency > 0 ? latency : undefined;
  }

  /** Plays `source` from now on, in place of whatever was played before. */
  start(source: LiveSource): void {
    this.stop();
    this.#source = source;
    this.#retries = 0;
    this.#pictureFailures = 0;
    this.#subFailed = false;
    this.#encoded.clear();
    this.#tickTimer = setInterval(() => this.#tick(), TICK_MS);
    this.#become({ kind: "loading" });
    void this.#attach();
  }

  /** Lets go of the stream and of the memory it holds. */
  stop(): void {
    this.#source = undefined;
    clearInterval(this.#tickTimer);
    this.#detach();
    this.#become({ kind: "idle" });
  }

  /** Begins anew after the player gave up, or when a person asks for it. */
  reconnect(): void {
    if (this.#source !== undefined) {
      this.start(this.#source);
    }
  }

  /** Plays after a person's click, where the browser wanted one. */
  resume(): void {
    this.#become({ kind: "loading" });
    this.#play(this.#generation);
  }

  async #attach(): Promise<void> {
    this.#detach();
    const source = this.#source;
    if (source === undefined) {
      return;
    }
    const hub = this.#canShowPictures() ? this.#hub : undefined;
    if (hub !== undefined && this.#takesSub) {
      this.#attachPictures(hub, source, StreamKind.SUB);
      return;
    }
    const codec = unplayableCodec(source.codecs, browserCapabilities(this.#video));
    if (codec !== undefined && mediaSourceClass()?.isTypeSupported(RENDITION_TYPE)) {
      this.#encoded.add(StreamKind.MAIN);
    }
    if (hub !== undefined && (codec === undefined || this.#encoded.has(StreamKind.MAIN))) {
      this.#attachPictures(hub, source, StreamKind.MAIN);
      return;
    }
    if (codec !== undefined) {
      this.#become({ kind: "unsupported", codec });
      return;
    }
    const generation = this.#generation;
    let Hls: typeof HlsClass;
    try {
      Hls = await this.#loadHls();
    } catch {
      if (generation === this.#generation) {
        this.#retry(REASONS.network);
      }
      return;
    }
    if (generation !== this.#generation) {
      return;
    }
    if (Hls.isSupported()) {
      this.#attachHls(Hls, source);
    } else if (this.#video.canPlayType("application/vnd.apple.mpegurl") !== "") {
      this.#attachNative(source);
    } else {
      this.#fail(REASONS.noHls);
    }
  }

  #canShowPictures(): boolean {
    return mediaSourceClass() !== undefined && this.#pictureFailures < PICTURE_FAILURES_MAX;
  }

  get #takesSub(): boolean {
    return this.#source?.prefersSub === true && !this.#subFailed;
  }

  /** The main stream in place of a sub stream that does not come or cannot be played. */
  #leaveSub(): void {
    this.#subFailed = true;
    void this.#attach();
  }

  #attachPictures(hub: LiveHub, source: LiveSource, stream: StreamKind): void {
    const generation = this.#generation;
    const isEncoded = this.#encoded.has(stream);
    const onFailure = (why: "media" | "unsupported" | "ended", reason: string = REASONS.media) => {
      if (generation !== this.#generation) {
        return;
      }
      if (why === "unsupported" && !isEncoded) {
        this.#encoded.add(stream);
        void this.#attach();
      } else if (stream === StreamKind.SUB) {
        this.#leaveSub();
      } else {
        this.#pictureFailures += why === "media" ? 1 : PICTURE_FAILURES_MAX;
        this.#retry(reason);
      }
    };
    const sink = new PictureSink({ video: this.#video, onFailure });
    this.#sink = sink;
    const viewer = {
      onInit: (init: LiveInit) => sink.init(init),
      onFragment: (fragment: LiveFragment) => sink.fragment(fragment),
      onHeartbeat: (heartbeat: LiveHeartbeat) => sink.heartbeat(heartbeat),
      onEnd: (end: LiveTileEnd) => {
        if (generation === this.#generation && end.reason === "RENDITIONS_BUSY") {
          this.#fail(asSentence(end.message));
        } else {
          onFailure("ended");
        }
      },
    };
    const { camera, sound } = source;
    const rendition = isEncoded ? LiveRendition.H264 : LiveRendition.UNSPECIFIED;
    this.#unsubscribe = hub.subscribe({ camera, sound, stream, rendition }, viewer);
    this.#play(generation);
  }

  #attachHls(Hls: typeof HlsClass, source: LiveSource): void {
    const generation = this.#generation;
    const hls = new Hls(LIVE_HLS_CONFIG);
    this.#hls = hls;
    hls.on(Hls.Events.MANIFEST_PARSED, () => this.#play(generation));
    hls.on(Hls.Events.ERROR, (_event, data) => {
      if (generation === this.#generation && data.fatal) {
        this.#onFatal(Hls, hls, data);
      }
    });
    hls.loadSource(source.url);
    hls.attachMedia(this.#video);
  }

  #attachNative(source: LiveSource): void {
    const generation = this.#generation;
    this.#video.onerror = () => {
      if (generation === this.#generation) {
        this.#retry(REASONS.network);
      }
    };
    this.#video.src = source.url;
    this.#play(generation);
  }

  #detach(): void {
    this.#generation += 1;
    clearTimeout(this.#retryTimer);
    this.#isWaiting = false;
    this.#hls?.destroy();
    this.#hls = undefined;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
    this.#sink?.close();
    this.#sink = undefined;
    this.#video.onerror = null;
    if (this.#video.hasAttribute("src")) {
      this.#video.removeAttribute("src");
      this.#video.load();
    }
    this.#mediaErrors = 0;
    this.#hadPicture = false;
    this.#resetWatchdog();
  }

  #play(generation: number): void {
    this.#awaitPicture(generation);
    this.#video.play().catch((error: unknown) => {
      const isRefusal = error instanceof DOMException && error.name === "NotAllowedError";
      if (isRefusal && generation === this.#generation) {
        this.#become({ kind: "blocked" });
      }
    });
  }

  /** The first picture is known when it is shown, not with the next look. */
  #awaitPicture(generation: number): void {
    if (!("requestVideoFrameCallback" in this.#video)) {
      return;
    }
    this.#video.cancelVideoFrameCallback(this.#pictureHandle);
    this.#pictureHandle = this.#video.requestVideoFrameCallback(() => {
      if (generation === this.#generation && WATCHED.has(this.#state.kind) && !this.#isWaiting) {
        this.#hadPicture = true;
        this.#become({ kind: "playing" });
      }
    });
  }

  #onFatal(Hls: typeof HlsClass, hls: HlsClass, data: ErrorData): void {
    if (CODEC_ERRORS.has(data.details)) {
      const codec = this.#source?.codecs[0] ?? "unknown";
      this.#detach();
      this.#become({ kind: "unsupported", codec });
      return;
    }
    switch (data.type) {
      case Hls.ErrorTypes.NETWORK_ERROR:
        this.#onNetworkError(hls, data);
        break;
      case Hls.ErrorTypes.MEDIA_ERROR:
        this.#onMediaError(hls);
        break;
      default:
        this.#retry(REASONS.other);
    }
  }

  #onNetworkError(hls: HlsClass, data: ErrorData): void {
    if (data.response?.code === 401 || data.response?.code === 403) {
      this.#fail(REASONS.signedOut);
      return;
    }
    // Once the playlist was there, the first attempt keeps the picture and asks for more.
    const keepsPicture = this.#retries === 0 && !data.details.startsWith("manifest");
    this.#retry(REASONS.network, keepsPicture ? () => hls.startLoad() : undefined);
  }

  #onMediaError(hls: HlsClass): void {
    this.#mediaErrors += 1;
    if (this.#mediaErrors > 2) {
      this.#retry(REASONS.media);
      return;
    }
    if (this.#mediaErrors === 2) {
      hls.swapAudioCodec();
    }
    this.#become({ kind: "recovering", reason: REASONS.media, attempt: this.#retries + 1 });
    this.#resetWatchdog();
    hls.recoverMediaError();
    this.#play(this.#generation);
  }

  /** Waits, then attaches anew, or does `gently` instead. Gives up after the last attempt. */
  #retry(reason: string, gently?: () => void): void {
    if (this.#isWaiting) {
      return;
    }
    const waitMs = RETRY_WAIT_MS[this.#retries];
    if (waitMs === undefined || this.#retries >= MAX_RETRIES) {
      this.#fail(reason);
      return;
    }
    this.#retries += 1;
    this.#become({ kind: "recovering", reason, attempt: this.#retries });
    clearTimeout(this.#retryTimer);
    this.#isWaiting = true;
    this.#retryTimer = setTimeout(() => {
      this.#isWaiting = false;
      this.#resetWatchdog();
      if (gently) {
        gently();
      } else {
        void this.#attach();
      }
    }, waitMs);
  }

  #fail(reason: string): void {
    this.#detach();
    this.#become({ kind: "failed", reason });
  }

  #resetWatchdog(): void {
    this.#position = this.#video.currentTime;
    this.#stillMs = 0;
    this.#healthyMs = 0;
    this.#jumpedToEdge = false;
  }

  /** Looks once a second whether the picture moves. */
  #tick(): void {
    // Browsers may pause video that nobody sees; that is no stall.
    if (!WATCHED.has(this.#state.kind) || this.#isWaiting || document.hidden) {
      this.#stillMs = 0;
      return;
    }
    const position = this.#video.currentTime;
    // Seeking to the live edge moves the position before there is a picture.
    const hasPicture = this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
    if (position !== this.#position && hasPicture) {
      this.#position = position;
      this.#onProgress();
      return;
    }
    this.#healthyMs = 0;
    this.#stillMs += TICK_MS;
    if (this.#takesSub && this.#stillMs >= SUB_WAIT_MS) {
      this.#leaveSub();
    } else if (this.#stillMs >= STALL_MS) {
      this.#onStall();
    }
  }

  #onProgress(): void {
    this.#hadPicture = true;
    this.#stillMs = 0;
    this.#healthyMs += TICK_MS;
    this.#become({ kind: "playing" });
    if (this.#healthyMs >= HEALTHY_MS) {
      this.#retries = 0;
      this.#mediaErrors = 0;
      this.#jumpedToEdge = false;
    }
  }

  #onStall(): void {
    this.#stillMs = 0;
    if (this.#sink !== undefined && !this.#hadPicture) {
      // Something between here and the server may hold streams back.
      this.#pictureFailures += 1;
      this.#retry(REASONS.none);
      return;
    }
    if (this.#jumpedToEdge) {
      this.#retry(REASONS.stall);
      return;
    }
    this.#jumpedToEdge = true;
    const edge = this.#liveEdge();
    if (edge !== undefined) {
      this.#video.currentTime = edge;
      this.#position = edge;
    }
    this.#play(this.#generation);
  }

  #liveEdge(): number | undefined {
    if (this.#sink !== undefined) {
      return this.#sink.edge;
    }
    const sync = this.#hls?.liveSyncPosition;
    if (typeof sync === "number") {
      return sync;
    }
    const { seekable } = this.#video;
    return seekable.length > 0 ? seekable.end(seekable.length - 1) : undefined;
  }

  #become(state: PlayerState): void {
    const isSame = state.kind === this.#state.kind && state.kind !== "recovering";
    this.#state = state;
    if (!isSame) {
      this.#onState(state);
    }
  }
}
