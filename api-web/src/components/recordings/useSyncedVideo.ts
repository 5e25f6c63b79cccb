/** The video of one camera among several: opened with each source, and held to their clock. */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import {
  type Footage,
  type FootageSource,
  type FootageState,
  playFootage,
} from "../../live/footagePlayer";
import type { Still } from "../../live/still";
import type { SyncedFootage } from "../../live/syncedFootage";
import { FAILED_PLAYER, syncedPlayer } from "../../live/syncedPlayer";
import { loadLightHls } from "../../live/useLivePlayer";

/** Where the browser does not say which pictures it shows. */
const PICTURE_S = 1 / 25;

interface Options {
  /** Id of the camera. */
  camera: string;
  /** Undefined while the server is asked. A new object means a new player. */
  source: FootageSource | undefined;
  /** The server offers nothing: nobody waits for this camera. */
  isFailed: boolean;
  synced: SyncedFootage;
  /** Stands for what was asked for until the video shows it. */
  still: Still;
  /** How many players there are. */
  players: number;
}

export function useSyncedVideo(videoRef: RefObject<HTMLVideoElement | null>, options: Options) {
  const { camera, source, isFailed, synced, still } = options;
  const players = useRef(options.players);
  players.current = options.players;
  const [state, setState] = useState<FootageState>({ kind: "loading" });
  const [attempt, setAttempt] = useState(0);
  const opened = useRef<Footage>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt begins anew.
  useEffect(() => {
    const video = videoRef.current;
    if (isFailed) {
      return synced.attach(camera, FAILED_PLAYER);
    }
    if (video === null || source === undefined) {
      setState({ kind: "loading" });
      return;
    }
    let latest: FootageState = { kind: "loading" };
    const footage = playFootage({
      video,
      source,
      atMs: synced.placeOf(camera),
      begin: "paused",
      pictureS: () => PICTURE_S,
      loadHls: loadLightHls,
      onState: (next) => {
        latest = next;
        setState(next);
      },
      onWall: () => undefined,
      onDrawn: still.drawn,
      onEnded: () => undefined,
      sharedBy: players.current,
    });
    opened.current = footage;
    const detach = synced.attach(camera, syncedPlayer({ video, footage, state: () => latest }));
    return () => {
      opened.current = undefined;
      detach();
      footage.close();
    };
  }, [camera, source, isFailed, synced, still, attempt]);

  /** The time of the picture that is drawn; undefined while there is none. */
  const shownMs = useCallback(() => opened.current?.wallMs(), []);

  return { state, shownMs, again: () => setAttempt((count) => count + 1) };
}
