/** The times of the clock below the coverage bar, as many as fit. */
import { useElementSize } from "@mantine/hooks";
import { memo } from "react";
import type { Span } from "../../lib/timelineSpans";
import { isWithin, lengthOf, type Tick, ticks } from "../../lib/timelineWindow";
import classes from "./CoverageBar.module.css";
import { atMoment } from "./MomentSlider";

/** "14:05:30" and a space beside it. */
const LABEL_PX = 74;
/** Before the width is known. */
const LABELS = 8;
/** A label nearer to an end of the bar would be cut. */
const EDGE_PX = 24;

export const TimeScale = memo(function TimeScale({ window }: { window: Span }) {
  const { ref, width } = useElementSize();
  const labels = width > 0 ? Math.max(2, Math.floor(width / LABEL_PX)) : LABELS;
  const edgeMs = (lengthOf(window) * EDGE_PX) / (width || LABELS * LABEL_PX);
  const free = { startMs: window.startMs + edgeMs, endMs: window.endMs - edgeMs };
  return (
    <div ref={ref} className={classes.scale} aria-hidden="true" data-testid="scale">
      {ticks(window, labels).map((tick) => (
        <Mark key={tick.ms} tick={tick} window={window} isFree={isWithin(tick.ms, free)} />
      ))}
    </div>
  );
});

function Mark({ tick, window, isFree }: { tick: Tick; window: Span; isFree: boolean }) {
  const { ms, label } = tick;
  return (
    <>
      <span
        className={label === undefined ? classes.mark : classes.labelMark}
        style={atMoment(ms, window)}
      />
      {label !== undefined && isFree && (
        <span className={classes.time} style={atMoment(ms, window)}>
          {label}
        </span>
      )}
    </>
  );
}
