/** Stills of one camera, which stand for what was asked for until the video shows it. */
import { useEffect, useEffectEvent, useMemo } from "react";
import { fetchPreview } from "../api/media";
import { stillMoment } from "../lib/previewMoments";
import type { DayCoverage } from "../lib/timelineSpans";
import { Still } from "../live/still";
import type { SyncedFootage } from "../live/syncedFootage";
import type { AskedMoment } from "./useAskedMoment";

/** Of the moment at which a player begins. `camera` is an id. */
export function useFirstStill(camera: string, ms: number): Still {
  const still = useStill(camera);
  useEffect(() => still.ask(ms), [still, ms]);
  return still;
}

/** Of each moment that is asked for, as it is. `day` is what is known of the footage. */
export function useAskedStill(
  camera: string,
  asked: AskedMoment,
  day: DayCoverage | undefined,
): Still {
  const still = useStill(camera);
  const pictureMs = useEffectEvent((ms: number) => stillMoment(ms, day));
  useEffect(() => {
    let lastMs: number | undefined;
    const follow = () => {
      const ms = asked.latest();
      // The URL comes to it, too. The player is not made anew for what it plays.
      if (ms !== lastMs) {
        lastMs = ms;
        askOrDrop(still, ms, ms === undefined ? undefined : pictureMs(ms));
      }
    };
    follow();
    return asked.subscribe(follow);
  }, [still, asked]);
  return still;
}

/** Of each moment that several cameras are sent to, while this one does not have it. */
export function useSyncedStill(
  camera: string,
  synced: SyncedFootage,
  day: DayCoverage | undefined,
): Still {
  const still = useStill(camera);
  const pictureMs = useEffectEvent((ms: number) => stillMoment(ms, day));
  useEffect(() => {
    const stopAsking = synced.onSeek((ms) =>
      askOrDrop(still, ms, synced.isLoaded(camera, ms) ? undefined : pictureMs(ms)),
    );
    const stopFollowing = synced.subscribe(() => still.goOn(synced.view().wallMs));
    return () => {
      stopAsking();
      stopFollowing();
    };
  }, [still, synced, camera]);
  return still;
}

function askOrDrop(still: Still, ms: number | undefined, pictureMs: number | undefined): void {
  if (ms === undefined || pictureMs === undefined) {
    still.drop();
  } else {
    still.ask(ms, pictureMs);
  }
}

function useStill(camera: string): Still {
  const still = useMemo(
    () => new Still((ms, signal) => fetchPreview(camera, ms, "large", signal)),
    [camera],
  );
  useEffect(() => () => still.close(), [still]);
  return still;
}
