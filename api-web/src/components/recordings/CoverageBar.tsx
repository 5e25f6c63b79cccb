/**
 * A day of footage as a bar that can be zoomed: what is on disk and can be played, and each gap with
 * its cause.
 */
import { Box } from "@mantine/core";
import { entryMs } from "../../lib/eventMarks";
import { type DayCoverage, lostGaps, type Span } from "../../lib/timelineSpans";
import { isWithin, momentAt } from "../../lib/timelineWindow";
import { percent } from "../../lib/units";
import type { Scrubber } from "../../live/scrubber";
import { BarLegend } from "./BarLegend";
import classes from "./CoverageBar.module.css";
import { Gap, Parts } from "./CoverageParts";
import { EventMarks } from "./EventMarks";
import { atMoment, MomentSlider, nearFootage } from "./MomentSlider";
import { PreviewBubble } from "./PreviewBubble";
import { SpanSelector } from "./SpanSelector";
import { TimeScale } from "./TimeScale";
import { useBarGestures } from "./useBarGestures";
import { useBarWindow } from "./useBarWindow";
import { ZoomControls } from "./ZoomControls";

interface Props {
  day: DayCoverage;
  nowMs: number;
  /** The moment that is being played. */
  playheadMs: number | undefined;
  /** The moment that was asked for last. */
  askedMs: number | undefined;
  /** Asks to play a moment of which there is footage. */
  onPlay: (ms: number) => void;
  /** Spans that are not deleted. */
  kept: readonly Span[];
  /** The span that is being chosen; undefined: moments are. */
  chosen: Span | undefined;
  onChoose: (span: Span) => void;
  /** Told the moment that is pointed at; knows the pictures of it. */
  scrubber: Scrubber;
  /** Id of the camera. */
  camera: string;
}

export function CoverageBar(props: Props) {
  const { day, nowMs, playheadMs, askedMs, onPlay, kept, chosen, onChoose, scrubber, camera } =
    props;
  const bar = useBarWindow(day, playheadMs, askedMs);
  const { window } = bar;
  const point = (ms: number | undefined, by: "hover" | "drag" | "keys") =>
    scrubber.point(ms === undefined ? undefined : { ms, by, camera, window: bar.window });
  const gestures = useBarGestures(bar, {
    isChoosing: chosen !== undefined,
    playheadMs,
    onPoint: point,
    onRelease: (ms, pixelMs) => {
      const near = nearFootage(day, ms, pixelMs);
      if (near !== undefined) {
        onPlay(near);
      }
    },
  });
  const pastMs = Math.min(Math.max(nowMs, day.startMs), day.endMs);
  const missing = day.gaps.filter(({ kind }) => kind !== "pending");
  const pending = day.gaps.filter(({ kind }) => kind === "pending");
  const isPlayheadSeen = playheadMs !== undefined && isWithin(playheadMs, window);
  return (
    <Box>
      <ZoomControls bar={bar} aroundMs={isPlayheadSeen ? playheadMs : momentAt(0.5, window)} />
      <fieldset className={classes.bar} aria-label={summary(day)} {...gestures}>
        <MomentSlider
          day={day}
          endMs={pastMs}
          bar={bar}
          playheadMs={playheadMs}
          onPlay={onPlay}
          onPoint={(ms) => point(ms, "keys")}
        >
          <Parts
            spans={[{ startMs: day.startMs, endMs: pastMs }]}
            window={window}
            className={classes.past}
          />
          <Parts spans={day.recorded} window={window} className={classes.recorded} />
          <Parts spans={pending} window={window} className={classes.pending} />
          <Parts spans={day.motion} window={window} className={classes.motion} testId="motion" />
        </MomentSlider>
        {missing.map((gap) => (
          <Gap key={gap.startMs} gap={gap} window={window} />
        ))}
        <EventMarks
          events={day.events}
          window={window}
          onPlay={(event) => onPlay(entryMs(event, day))}
        />
        <Parts spans={kept} window={window} className={classes.kept} testId="kept" />
        {chosen && <SpanSelector day={day} window={window} span={chosen} onSpan={onChoose} />}
        {isPlayheadSeen && (
          <div
            className={classes.playhead}
            data-testid="playhead"
            style={atMoment(playheadMs, window)}
          />
        )}
        {nowMs < day.endMs && isWithin(nowMs, window) && (
          <div className={classes.now} style={atMoment(nowMs, window)} />
        )}
        <PreviewBubble scrubber={scrubber} camera={camera} window={window} />
      </fieldset>
      <TimeScale window={window} />
      <BarLegend
        hasKept={kept.length > 0}
        hasMotion={day.motion.length > 0}
        hasEvents={day.events.length > 0}
      />
    </Box>
  );
}

function summary(day: DayCoverage): string {
  const lost = lostGaps(day).length;
  const gaps = lost === 1 ? "1 gap" : `${lost} gaps`;
  const moves = day.motion.length;
  const motion = moves === 0 ? "" : `, motion at ${moves === 1 ? "1 time" : `${moves} times`}`;
  const events = day.events.length;
  const came = events === 0 ? "" : `, ${events === 1 ? "1 event" : `${events} events`}`;
  return `Footage of the day: ${percent(day.coverage)} on disk, ${gaps}${motion}${came}`;
}
