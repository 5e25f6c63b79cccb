/** Boxes over recorded footage: where the objects of its events were at the moment that is shown. */
import { useEffect, useState } from "react";
import type { Box } from "../../lib/boxes";
import { boxesAt, type ObjectTrack } from "../../lib/objectTracks";
import { WHOLE } from "../../live/magnification";
import { BoxOverlay } from "./BoxOverlay";
import type { RecordedPlace } from "./recordedBoxes";

interface Props extends RecordedPlace {
  tracks: readonly ObjectTrack[];
}

export function RecordedBoxLayer({ tracks, shownMs, ...place }: Props) {
  return <BoxOverlay {...place} view={WHOLE} boxes={useBoxes(tracks, shownMs)} />;
}

const NONE: readonly Box[] = [];

/** The boxes of the moment that is shown, looked up each time the page is drawn. */
function useBoxes(
  tracks: readonly ObjectTrack[],
  shownMs: () => number | undefined,
): readonly Box[] {
  const [boxes, setBoxes] = useState(NONE);
  useEffect(() => {
    let handle = 0;
    let lastMs: number | undefined;
    const look = () => {
      const ms = shownMs();
      if (ms !== lastMs) {
        lastMs = ms;
        const next = ms === undefined ? NONE : boxesAt(tracks, ms);
        setBoxes(next.length === 0 ? NONE : next);
      }
      handle = requestAnimationFrame(look);
    };
    look();
    return () => {
      cancelAnimationFrame(handle);
      setBoxes(NONE);
    };
  }, [tracks, shownMs]);
  return boxes;
}
