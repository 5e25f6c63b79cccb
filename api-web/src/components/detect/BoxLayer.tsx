/**
 * Boxes around objects over a live picture: where the picture lies in its frame, magnified or not, and
 * each only while the picture is shown that it belongs to.
 */
import { type CSSProperties, type RefObject, useEffect, useState } from "react";
import { type Box, boxWords, CELLS, cellPath } from "../../lib/boxes";
import {
  type Magnification,
  type Point,
  pictureArea,
  pictureShare,
} from "../../live/magnification";
import type { SeenNow, SeenPictures } from "../../live/seenPictures";
import { AreaShapes } from "./AreaShapes";
import classes from "./detect.module.css";
import type { LiveBoxes } from "./liveBoxes";

/** Above a box there is room for its words, unless it begins this high. */
const HIGH = 0.08;

interface Props extends Pick<LiveBoxes, "pictures" | "areas" | "hasCells"> {
  frame: RefObject<HTMLElement | null>;
  video: RefObject<HTMLVideoElement | null>;
  view: Magnification;
  /** When the picture that is shown was taken. */
  shownMs: () => number | undefined;
}

export function BoxLayer({ pictures, areas = [], hasCells = false, ...place }: Props) {
  const share = useShare(place.frame, place.video);
  const { lookedAt, latest } = useSeenNow(pictures, place.shownMs);
  return (
    <div className={classes.layer} style={percent(pictureArea(place.view, share))}>
      {hasCells && latest && (
        <svg
          className={classes.shapes}
          viewBox={`0 0 ${CELLS} ${CELLS}`}
          preserveAspectRatio="none"
          data-testid="motion-cells"
          aria-hidden="true"
        >
          <path className={classes.cells} d={cellPath(latest.picture.motionCells)} />
        </svg>
      )}
      <AreaShapes areas={areas} />
      {/* Not told to screen readers as it changes: it does so several times a second. */}
      <ul className={classes.boxes} aria-label="Objects in the picture">
        {lookedAt?.picture.boxes.map((box, index) => (
          <li
            key={box.trackId === 0n ? `new-${index}` : String(box.trackId)}
            className={classes.box}
            data-still={box.still || undefined}
            data-high={box.y < HIGH || undefined}
            style={placeOf(box)}
          >
            <span className={classes.boxWords}>{boxWords(box)}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

function placeOf({ x, y, width, height }: Box): CSSProperties {
  return percent({ left: x, top: y, width, height });
}

function percent(place: { left: number; top: number; width: number; height: number }) {
  const css = (part: number) => `${Number((part * 100).toFixed(3))}%`;
  return {
    left: css(place.left),
    top: css(place.top),
    width: css(place.width),
    height: css(place.height),
  } satisfies CSSProperties;
}

/** How much of its frame the picture takes, as either changes. */
function useShare(
  frame: RefObject<HTMLElement | null>,
  video: RefObject<HTMLVideoElement | null>,
): Point {
  const [share, setShare] = useState<Point>({ x: 1, y: 1 });
  useEffect(() => {
    const [box, picture] = [frame.current, video.current];
    if (box === null || picture === null) {
      return;
    }
    const measure = () => {
      const { width, height } = box.getBoundingClientRect();
      const size = { width: picture.videoWidth, height: picture.videoHeight };
      setShare(pictureShare({ width, height }, size));
    };
    measure();
    const sizes = new ResizeObserver(measure);
    sizes.observe(box);
    picture.addEventListener("loadedmetadata", measure);
    picture.addEventListener("resize", measure);
    return () => {
      sizes.disconnect();
      picture.removeEventListener("loadedmetadata", measure);
      picture.removeEventListener("resize", measure);
    };
  }, [frame, video]);
  return share;
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
