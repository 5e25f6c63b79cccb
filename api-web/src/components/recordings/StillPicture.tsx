/** Over a video: the picture of what was asked for, until the video shows it. */
import { useSyncExternalStore } from "react";
import type { Still } from "../../live/still";
import classes from "./Preview.module.css";

interface Props {
  still: Still;
  /** Id of the camera. */
  camera: string;
}

export function StillPicture({ still, camera }: Props) {
  const url = useSyncExternalStore(still.subscribe, still.url);
  if (url === undefined) {
    return null;
  }
  // Another one is another element, and drawn as a whole: no part of what was is seen with it.
  return (
    <img
      key={url}
      className={classes.still}
      src={url}
      alt=""
      aria-hidden
      decoding="sync"
      data-testid={`still-${camera}`}
    />
  );
}
