/** Footage in a video element, as state: opened anew with each moment that is asked for. */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { SECOND_MS } from "../../lib/time";
import {
  type Footage,
  type FootageBegin,
  type FootageSource,
  type FootageState,
  playFootage,
} from "../../live/footagePlayer";
import { loadLightHls } from "../../live/useLivePlayer";

interface Options {
  atMs: number;
  source: FootageSource | undefined;
  pictureMs: number;
  onWall: (wallMs: number) => void;
  /** The moment that it began at is drawn. */
  onDrawn: (ms: number) => void;
  onEnded: () => void;
}

export function useFootage(videoRef: RefObject<HTMLVideoElement | null>, options: Options) {
  const { atMs, source } = options;
  const latest = useRef(options);
  latest.current = options;
  const footage = useRef<Footage>(undefined);
  /** The moment whose footage is there to be played. */
  const readyMs = useRef<number>(undefined);
  /** A moment that does not begin to play by itself. */
  const pausedMs = useRef<number>(undefined);
  const [state, setState] = useState<FootageState>({ kind: "loading" });
  const [wallMs, setWallMs] = useState(atMs);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt begins anew.
  useEffect(() => {
    const show = (ms: number) => {
      setWallMs(ms);
      latest.current.onWall(ms);
    };
    show(atMs);
    readyMs.current = undefined;
    const video = videoRef.current;
    if (video === null || source === undefined) {
      setState({ kind: "loading" });
      return;
    }
    const opened = playFootage({
      video,
      source,
      atMs,
      begin: pausedMs.current === atMs ? "paused" : "playing",
      pictureS: () => latest.current.pictureMs / SECOND_MS,
      loadHls: loadLightHls,
      onState: (next) => {
        readyMs.current = next.kind === "ready" ? atMs : undefined;
        setState(next);
      },
      onWall: show,
      onDrawn: (ms) => latest.current.onDrawn(ms),
      onEnded: () => latest.current.onEnded(),
    });
    footage.current = opened;
    return () => {
      footage.current = undefined;
      opened.close();
    };
  }, [source, atMs, attempt]);

  const shownMs = useCallback(() => footage.current?.wallMs(), []);

  return {
    state,
    wallMs,
    /** The time of the picture that is drawn; undefined while there is none. */
    shownMs,
    /** The time of what is shown, which may not be drawn yet. */
    currentMs: () => footage.current?.wallMs() ?? wallMs,
    again: () => setAttempt((count) => count + 1),
    isReady: () => readyMs.current === atMs,
    /** False where there is no such picture in what is loaded. */
    stepPicture: (direction: 1 | -1) => footage.current?.stepPicture(direction) ?? true,
    /** How the moment that is being opened begins. */
    begin: (): FootageBegin => (pausedMs.current === atMs ? "paused" : "playing"),
    /** Says how a moment is to begin that is asked for now. */
    beginAt: (ms: number, begin: FootageBegin) => {
      pausedMs.current = begin === "paused" ? ms : undefined;
    },
  };
}
