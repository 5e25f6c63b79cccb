/** In the place of a camera's player while a moment is dragged to: the picture of that moment. */
import { useSyncExternalStore } from "react";
import { asSentence } from "../../api/errors";
import { clockTime } from "../../lib/time";
import type { Scrubber } from "../../live/scrubber";
import classes from "./Preview.module.css";

interface Props {
  scrubber: Scrubber;
  /** Id of the camera. */
  camera: string;
}

export function ScrubPicture({ scrubber, camera }: Props) {
  const { point, previews } = useSyncExternalStore(scrubber.subscribe, scrubber.view);
  const preview = previews.get(camera);
  if (point?.by !== "drag" || preview === undefined) {
    return null;
  }
  const { url, gap } = preview;
  const words = gap ? asSentence(gap.message || gap.cause) : preview.words;
  return (
    <div className={classes.large} data-testid={`scrub-${camera}`}>
      {url !== undefined && <img src={url} alt={`Footage of ${clockTime(point.ms)}`} />}
      {url === undefined && words !== undefined && <p>{words}</p>}
    </div>
  );
}
