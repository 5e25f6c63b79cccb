/** Boxes around objects over a picture: where it lies in its frame, magnified or not. */
import { type CSSProperties, type RefObject, useEffect, useState } from "react";
import { type Box, boxWords, CELLS, cellPath } from "../../lib/boxes";
import {
  type Magnification,
  type Point,
  pictureArea,
  pictureShare,
} from "../../live/magnification";
import { AreaShapes } from "./AreaShapes";
import type { DrawnArea } from "./areas";
import classes from "./detect.module.css";

/** Above a box there is room for its words, unless it begins this high. */
const HIGH = 0.08;

/** Where the picture is. */
export interface OverlayPlace {
  frame: RefObject<HTMLElement | null>;
  video: RefObject<HTMLVideoElement | null>;
  view: Magnification;
}

interface Props extends OverlayPlace {
  boxes: readonly Box[];
  /** Zones and masks to draw beneath them. */
  areas?: readonly DrawnArea[];
  /** The cells in which something moves, where they are drawn. */
  cells?: Uint8Array | undefined;
}

export function BoxOverlay({ frame, video, view, boxes, areas = [], cells }: Props) {
  const share = useShare(frame, video);
  return (
    <div className={classes.layer} style={percent(pictureArea(view, share))}>
      {cells && (
        <svg
          className={classes.shapes}
          viewBox={`0 0 ${CELLS} ${CELLS}`}
          preserveAspectRatio="none"
          data-testid="motion-cells"
          aria-hidden="true"
        >
          <path className={classes.cells} d={cellPath(cells)} />
        </svg>
      )}
      <AreaShapes areas={areas} />
      {/* Not told to screen readers as it changes: it does so several times a second. */}
      <ul className={classes.boxes} aria-label="Objects in the picture">
        {boxes.map((box, index) => (
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
