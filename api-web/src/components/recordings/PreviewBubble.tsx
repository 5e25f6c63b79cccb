/** A small picture of the moment that is pointed at on a bar, with its time; over a gap its cause. */
import { useSyncExternalStore } from "react";
import { clockTime, exactClockTime, SECOND_MS } from "../../lib/time";
import type { Span } from "../../lib/timelineSpans";
import { isWithin, lengthOf } from "../../lib/timelineWindow";
import type { Scrubber } from "../../live/scrubber";
import { gapWords } from "./CoverageParts";
import { atMoment } from "./MomentSlider";
import classes from "./Preview.module.css";

/** In windows of an hour and more a second is less than a pixel. */
const EXACT_BELOW_MS = 60 * SECOND_MS;

interface Props {
  scrubber: Scrubber;
  /** Id of the camera whose picture is shown. */
  camera: string;
  window: Span;
  /** Whether it stands for all cameras, where all are meant. */
  isLead?: boolean;
}

export function PreviewBubble({ scrubber, camera, window, isLead = true }: Props) {
  const { point, previews } = useSyncExternalStore(scrubber.subscribe, scrubber.view);
  const preview = previews.get(camera);
  if (point === undefined || preview === undefined || !isWithin(point.ms, window)) {
    return null;
  }
  if (point.camera === undefined && !isLead) {
    return null;
  }
  // What is pointed at with the mouse says its cause itself.
  if (preview.gap !== undefined && point.by === "hover") {
    return null;
  }
  const time = lengthOf(window) < EXACT_BELOW_MS ? exactClockTime(point.ms) : clockTime(point.ms);
  return (
    <div className={classes.bubble} style={within(point.ms, window)} data-testid="preview">
      {preview.gap === undefined && (
        <div className={classes.picture}>
          {preview.url !== undefined && <img src={preview.url} alt={`Footage of ${time}`} />}
          {preview.url === undefined && preview.words !== undefined && <p>{preview.words}</p>}
        </div>
      )}
      <p className={classes.time}>{time}</p>
      {preview.gap !== undefined && <p className={classes.cause}>{gapWords(preview.gap)}</p>}
    </div>
  );
}

/** Over the moment, but not beyond the ends of the bar. */
function within(ms: number, window: Span): { left: string } {
  const { left } = atMoment(ms, window);
  return { left: `clamp(var(--half), ${left}, calc(100% - var(--half)))` };
}
