/** Binds live players to the video elements of a tile for as long as there is a source. */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { LiveHandover, type Side } from "./liveHandover";
import type { LiveHub } from "./liveHub";
import type { LiveMode, LiveSource, LoadHls, PlayerState } from "./livePlayer";

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
  /** Which of the elements is to be seen and heard. */
  front: Side;
  state: PlayerState;
  reconnect: () => void;
  resume: () => void;
  /** Seconds behind live; asked for when it is drawn. */
  latencySeconds: () => number | undefined;
  /** When the picture that is shown was taken; asked for when something is drawn over it. */
  shownMs: () => number | undefined;
  /** How pictures come, and how often one had to be waited for; asked for when it is drawn. */
  mode: () => LiveMode | undefined;
  stalls: () => number;
}

/**
 * Plays `source` in one of the videos that `first` and `second` point at; nothing while it is
 * undefined. A new object means a new stream, so callers keep it as long as the stream is the same.
 */
export function useLivePlayer(
  first: RefObject<HTMLVideoElement | null>,
  second: RefObject<HTMLVideoElement | null>,
  source: LiveSource | undefined,
  { isServerThere, hub, loadHls = loadLightHls }: Options,
): LivePlayerView {
  const handover = useRef<LiveHandover | undefined>(undefined);
  const [shown, setShown] = useState<{ front: Side; state: PlayerState }>({
    front: 0,
    state: IDLE,
  });

  useEffect(() => {
    if (first.current === null || second.current === null) {
      return;
    }
    const made = new LiveHandover({
      videos: [first.current, second.current],
      loadHls,
      hub,
      onChange: (front, state) => setShown({ front, state }),
    });
    handover.current = made;
    return () => {
      made.stop();
      handover.current = undefined;
    };
  }, [first, second, hub, loadHls]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever makes a new handover shows anew
  useEffect(() => handover.current?.show(source), [source, first, second, hub, loadHls]);

  useEffect(() => {
    // Whoever gave up while the server was away has a reason to try again.
    const player = handover.current?.player;
    if (isServerThere && player?.state.kind === "failed") {
      player.reconnect();
    }
  }, [isServerThere]);

  return {
    ...shown,
    reconnect: useCallback(() => handover.current?.player.reconnect(), []),
    resume: useCallback(() => handover.current?.player.resume(), []),
    latencySeconds: useCallback(() => handover.current?.player.latencySeconds, []),
    shownMs: useCallback(() => handover.current?.player.shownMs, []),
    mode: useCallback(() => handover.current?.player.mode, []),
    stalls: useCallback(() => handover.current?.player.stalls ?? 0, []),
  };
}
