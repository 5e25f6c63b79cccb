/** Binds a `LivePlayer` to a video element for as long as there is a source. */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import type { LiveHub } from "./liveHub";
import {
  type LiveMode,
  LivePlayer,
  type LiveSource,
  type LoadHls,
  type PlayerState,
} from "./livePlayer";

const IDLE: PlayerState = { kind: "idle" };

export const loadLightHls: LoadHls = async () => (await import("hls.js/light")).default;

interface Options {
  /** Whether the server answers, as far as the rest of the app knows. */
  isServerThere: boolean;
  /** Where pictures come one by one. */
  hub?: LiveHub | undefined;
  loadHls?: LoadHls;
}

export interface LivePlayerView {
  state: PlayerState;
  reconnect: () => void;
  resume: () => void;
  /** Seconds behind live; asked for when it is drawn. */
  latencySeconds: () => number | undefined;
  /** How pictures come, and how often one had to be waited for; asked for when it is drawn. */
  mode: () => LiveMode | undefined;
  stalls: () => number;
}

/**
 * Plays `source` in the video that `videoRef` points at; nothing while it is undefined. A new object
 * means a new stream, so callers keep it as long as the stream is the same.
 */
export function useLivePlayer(
  videoRef: RefObject<HTMLVideoElement | null>,
  source: LiveSource | undefined,
  { isServerThere, hub, loadHls = loadLightHls }: Options,
): LivePlayerView {
  const player = useRef<LivePlayer | undefined>(undefined);
  const [state, setState] = useState<PlayerState>(IDLE);

  useEffect(() => {
    const video = videoRef.current;
    if (video === null || source === undefined) {
      setState(IDLE);
      return;
    }
    const live = new LivePlayer({ video, loadHls, hub, onState: setState });
    player.current = live;
    live.start(source);
    return () => {
      live.stop();
      player.current = undefined;
    };
  }, [videoRef, source, hub, loadHls]);

  useEffect(() => {
    // Whoever gave up while the server was away has a reason to try again.
    if (isServerThere && player.current?.state.kind === "failed") {
      player.current.reconnect();
    }
  }, [isServerThere]);

  return {
    state,
    reconnect: useCallback(() => player.current?.reconnect(), []),
    resume: useCallback(() => player.current?.resume(), []),
    latencySeconds: useCallback(() => player.current?.latencySeconds, []),
    mode: useCallback(() => player.current?.mode, []),
    stalls: useCallback(() => player.current?.stalls ?? 0, []),
  };
}
