/**
 * Plays a span of recorded footage in a video element from a moment on, with hls.js or the browser's
 * own HLS, and says which moment is shown. Not here: live streams (`livePlayer`), React.
 */
import type HlsClass from "hls.js";
import type { ErrorData } from "hls.js";
import { browserCapabilities, unplayableCodec } from "./codecs";
import { FOOTAGE_HLS_CONFIG, footageBuffer } from "./hlsConfig";
import type { LoadHls } from "./livePlayer";
import { PictureClock } from "./pictureClock";
import { SentVideo } from "./sentVideo";
import { type Piece, positionOf, wallTimeAt } from "./wallClock";

export interface FootageSource {
  /** Media playlist, for hls.js. */
  url: string;
  /** Multivariant playlist, which names the codecs, for browsers that play HLS themselves. */
  nativeUrl: string;
  codecs: readonly string[];
}

export type FootageState =
  | { kind: "loading" }
  | { kind: "ready" }
  | { kind: "failed"; reason: string }
  | { kind: "unsupported"; codec: string };

export type FootageBegin = "playing" | "paused";

interface Options {
  video: HTMLVideoElement;
  source: FootageSource;
  /** The moment to begin at. */
  atMs: number;
  begin: FootageBegin;
  /** Length of a picture in seconds, where the browser does not say which pictures it shows. */
  pictureS: () => number;
  loadHls: LoadHls;
  onState: (state: FootageState) => void;
  /** Told the wall-clock time of the picture whenever it changes. */
  onWall: (wallMs: number) => void;
  /** The moment that it was sent to last, or began at, is drawn. */
  onDrawn: (ms: number) => void;
  /** The end of the playlist is shown, and nothing is added to it any more. */
  onEnded: () => void;
  /** How many players share the memory; 1 where it is not said. */
  sharedBy?: number;
}

const REASONS = {
  network: "The footage could not be fetched from the server.",
  gone: "There is no finished footage of this moment, or it is gone by now.",
  signedOut: "The session for video has ended. Sign out and in again.",
  media: "The browser could not decode the footage.",
  noHls: "This browser cannot play this kind of video.",
} as const;

export interface Footage {
  /** Pauses, and shows the next (1) or the last (-1) picture; false where none is loaded. */
  stepPicture: (direction: 1 | -1) => boolean;
  /** The wall-clock time of the picture that is shown now; undefined while that is not known. */
  wallMs: () => number | undefined;
  /** The moment that the video is at, within its picture; undefined while that is not known. */
  positionMs: () => number | undefined;
  /** A moment within the next (1) or the last (-1) picture; undefined while that is not known. */
  neighbourMs: (direction: 1 | -1) => number | undefined;
  /** Goes to a moment of what is loaded, or the nearest after it; false where none is loaded. */
  show: (wallMs: number) => boolean;
  /** Whether a moment can be shown without the server. */
  isLoaded: (wallMs: number) => boolean;
  /** Lets go of the footage. */
  close: () => void;
}

/** Safari knows the wall-clock time of media time 0. */
type DatedVideo = HTMLVideoElement & { getStartDate?: () => Date };

/** Opens the footage, and plays it or not. */
export function playFootage(options: Options): Footage {
  const { video, source, onState, onWall } = options;
  const codec = unplayableCodec(source.codecs, browserCapabilities(video));
  if (codec !== undefined) {
    onState({ kind: "unsupported", codec });
    return NOTHING;
  }
  onState({ kind: "loading" });
  const ending = new AbortController();
  const { signal } = ending;
  let pieces: readonly Piece[] = [];
  const momentAt = (position: number) => {
    const ms = pieces.length > 0 ? wallTimeAt(pieces, position) : nativeWallTime(video, position);
    return ms === undefined ? undefined : Math.round(ms);
  };
  // What stands still is told as exactly as it is known.
  const wallMs = () => momentAt(video.paused ? pictures.position : video.currentTime);
  const tellTime = () => {
    const ms = wallMs();
    if (ms !== undefined) {
      onWall(ms);
    }
  };
  const onPicture = () => {
    if (video.paused) {
      tellTime();
    }
  };
  const pictures = new PictureClock(video, options.pictureS, onPicture, signal);
  for (const event of ["loadeddata", "timeupdate", "seeking", "seeked", "pause"]) {
    video.addEventListener(event, tellTime, { signal });
  }
  video.addEventListener("ended", () => options.onEnded(), { signal });
  const sent = new SentVideo(video, options.onDrawn, signal);
  sent.send(options.atMs);
  const positionAt = (ms: number) =>
    pieces.length > 0 ? positionOf(pieces, ms) : nativePosition(video, ms);
  const onPieces = (found: readonly Piece[]) => {
    pieces = found;
  };
  options.loadHls().then(
    (Hls) => {
      if (!signal.aborted) {
        attach(Hls, options, signal, onPieces);
      }
    },
    () => {
      if (!signal.aborted) {
        onState({ kind: "failed", reason: REASONS.network });
      }
    },
  );
  const stepPicture = (direction: 1 | -1) => {
    video.pause();
    const position = pictures.neighbour(direction);
    if (position >= 0) {
      video.currentTime = Math.min(position, video.duration || position);
    }
    return position >= 0;
  };
  return {
    stepPicture,
    wallMs,
    positionMs: () => momentAt(video.currentTime),
    neighbourMs: (direction) => momentAt(pictures.neighbour(direction)),
    show: (ms) => {
      const position = positionAt(ms);
      if (position !== undefined) {
        sent.send(ms);
        video.currentTime = position;
      }
      return position !== undefined;
    },
    isLoaded: (ms) => {
      const position = positionAt(ms);
      // What lies outside the playlist, or in a gap, has the position of something else.
      return position !== undefined && momentAt(position) === ms && isBuffered(video, position);
    },
    close: () => ending.abort(),
  };
}

/** What cannot be played. */
const NOTHING: Footage = {
  stepPicture: () => true,
  wallMs: () => undefined,
  positionMs: () => undefined,
  neighbourMs: () => undefined,
  show: () => false,
  isLoaded: () => false,
  close: () => undefined,
};

function attach(
  Hls: typeof HlsClass,
  options: Options,
  signal: AbortSignal,
  onPieces: (pieces: readonly Piece[]) => void,
): void {
  if (Hls.isSupported()) {
    attachHls(Hls, options, signal, onPieces);
  } else if (options.video.canPlayType("application/vnd.apple.mpegurl") !== "") {
    attachNative(options, signal);
  } else {
    options.onState({ kind: "failed", reason: REASONS.noHls });
  }
}

function attachHls(
  Hls: typeof HlsClass,
  { video, source, atMs, begin, onState, sharedBy }: Options,
  signal: AbortSignal,
  onPieces: (pieces: readonly Piece[]) => void,
): void {
  const buffer = () => footageBuffer(video.playbackRate, sharedBy);
  const hls = new Hls({ ...FOOTAGE_HLS_CONFIG, ...buffer() });
  // hls.js reads these whenever it decides whether to load more.
  const onRate = () => Object.assign(hls.config, buffer());
  video.addEventListener("ratechange", onRate, { signal });
  let isStarted = false;
  let mediaErrors = 0;
  hls.on(Hls.Events.LEVEL_LOADED, (_event, { details }) => {
    // hls.js corrects these fragments in place when it has seen their media. A playlist that reaches
    // up to now is loaded again and again, and grows.
    onPieces(details.fragments);
    if (!isStarted) {
      isStarted = true;
      // The playlist begins at the key frame before the moment asked for. Without a position, hls.js
      // would begin at the end of a playlist that still grows.
      hls.startLoad(positionOf(details.fragments, atMs) ?? 0);
      onState({ kind: "ready" });
      if (begin === "playing") {
        void play(video);
      }
    }
  });
  hls.on(Hls.Events.ERROR, (_event, data) => {
    if (!data.fatal) {
      return;
    }
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && mediaErrors === 0) {
      mediaErrors += 1;
      hls.recoverMediaError();
      return;
    }
    hls.destroy();
    onState({ kind: "failed", reason: reasonOf(Hls, data) });
  });
  signal.addEventListener("abort", () => hls.destroy());
  hls.loadSource(source.url);
  hls.attachMedia(video);
}

function attachNative({ video, source, atMs, begin, onState }: Options, signal: AbortSignal): void {
  const onMetadata = () => {
    const position = nativePosition(video, atMs);
    if (position !== undefined) {
      video.currentTime = position;
    }
    onState({ kind: "ready" });
  };
  video.addEventListener("loadedmetadata", onMetadata, { signal });
  video.addEventListener("error", () => onState({ kind: "failed", reason: REASONS.network }), {
    signal,
  });
  signal.addEventListener("abort", () => {
    video.removeAttribute("src");
    video.load();
  });
  video.src = source.nativeUrl;
  if (begin === "playing") {
    void play(video);
  }
}

function isBuffered({ buffered }: HTMLVideoElement, position: number): boolean {
  for (let range = 0; range < buffered.length; range += 1) {
    if (position >= buffered.start(range) && position < buffered.end(range)) {
      return true;
    }
  }
  return false;
}

/** Plays where the browser lets it; a person can press play otherwise. */
async function play(video: HTMLVideoElement): Promise<void> {
  await video.play().catch(() => undefined);
}

function reasonOf(Hls: typeof HlsClass, { type, response }: ErrorData): string {
  if (response?.code === 401 || response?.code === 403) {
    return REASONS.signedOut;
  }
  if (response?.code === 404) {
    return REASONS.gone;
  }
  return type === Hls.ErrorTypes.NETWORK_ERROR ? REASONS.network : REASONS.media;
}

function startDateMs(video: DatedVideo): number | undefined {
  const ms = video.getStartDate?.().getTime();
  return ms === undefined || Number.isNaN(ms) ? undefined : ms;
}

/** Not exact behind a gap: browsers tell only the time of the beginning. */
function nativeWallTime(video: HTMLVideoElement, position: number): number | undefined {
  const startMs = startDateMs(video);
  return startMs === undefined ? undefined : startMs + position * 1_000;
}

function nativePosition(video: HTMLVideoElement, wallMs: number): number | undefined {
  const startMs = startDateMs(video);
  return startMs === undefined ? undefined : Math.max(0, (wallMs - startMs) / 1_000);
}
