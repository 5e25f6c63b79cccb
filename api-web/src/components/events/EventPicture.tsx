/** The picture of an event, with the box of the object drawn over it and, if wanted, its way. */
import { useState } from "react";
import type { Moment } from "../../gen/ronin/v1/event_pb";
import { boxStyle, pathPoints } from "../../lib/eventMoments";
import classes from "./EventPicture.module.css";

/** The frame that pictures stand in; those of another shape are not as wide or not as high. */
const FRAME = 16 / 9;

interface Props {
  src: string;
  /** What is to be seen; empty where words beside it say so. */
  alt: string;
  box: Moment | undefined;
  /** Where the object was, in order. */
  path?: readonly Moment[];
  /** Only fetched when it comes into view. */
  isLazy?: boolean;
}

export function EventPicture({ src, alt, box, path = [], isLazy = false }: Props) {
  const [ratio, setRatio] = useState(FRAME);
  const [failed, setFailed] = useState<string>();
  if (failed === src) {
    return (
      <div className={classes.frame}>
        <p className={classes.missing}>There is no picture of it any more.</p>
      </div>
    );
  }
  return (
    <div className={classes.frame}>
      <div
        className={classes.picture}
        style={{ aspectRatio: ratio, width: `${Math.min(1, ratio / FRAME) * 100}%` }}
      >
        <img
          className={classes.image}
          src={src}
          alt={alt}
          loading={isLazy ? "lazy" : "eager"}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
            if (naturalWidth > 0 && naturalHeight > 0) {
              setRatio(naturalWidth / naturalHeight);
            }
          }}
          onError={() => setFailed(src)}
        />
        {path.length > 1 && (
          <svg
            className={classes.path}
            viewBox="0 0 100 100"
            preserveAspectRatio="none"
            aria-hidden="true"
            data-testid="event-path"
          >
            <polyline className={classes.pathEdge} points={pathPoints(path)} />
            <polyline className={classes.pathLine} points={pathPoints(path)} />
          </svg>
        )}
        {box && <div className={classes.box} style={boxStyle(box)} data-testid="event-box" />}
      </div>
    </div>
  );
}
