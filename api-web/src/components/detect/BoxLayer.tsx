/** Boxes over a live picture: each only while the picture is shown that it belongs to. */
import { useEffect, useState } from "react";
import type { SeenNow, SeenPictures } from "../../live/seenPictures";
import { BoxOverlay, type OverlayPlace } from "./BoxOverlay";
import type { LiveBoxes } from "./liveBoxes";

interface Props extends OverlayPlace, Pick<LiveBoxes, "pictures" | "areas" | "hasCells"> {
  /** When the picture that is shown was taken. */
  shownMs: () => number | undefined;
}

export function BoxLayer({ pictures, areas = [], hasCells = false, shownMs, ...place }: Props) {
  const { lookedAt, latest } = useSeenNow(pictures, shownMs);
  return (
    <BoxOverlay
      {...place}
      boxes={lookedAt?.picture.boxes ?? []}
      areas={areas}
      cells={hasCells ? latest?.picture.motionCells : undefined}
    />
  );
}

const NOTHING: SeenNow = { lookedAt: undefined, latest: undefined };

/** What belongs to the picture that is shown, looked up each time the page is drawn. */
function useSeenNow(pictures: SeenPictures, shownMs: () => number | undefined): SeenNow {
  const [now, setNow] = useState(NOTHING);
  useEffect(() => {
    let handle = 0;
    const look = () => {
      const next = pictures.at(shownMs());
      setNow((old) => (old.lookedAt === next.lookedAt && old.latest === next.latest ? old : next));
      handle = requestAnimationFrame(look);
    };
    look();
    return () => cancelAnimationFrame(handle);
  }, [pictures, shownMs]);
  return now;
}
