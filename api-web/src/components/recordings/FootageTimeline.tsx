/** A day of several cameras' footage: one row each, in one window that is zoomed and moved. */
import { Box } from "@mantine/core";
import { memo, useCallback, useRef } from "react";
import { entryMs } from "../../lib/eventMarks";
import { type DayCoverage, type EventSpan, type Span, together } from "../../lib/timelineSpans";
import { isWithin, momentAt } from "../../lib/timelineWindow";
import type { Point, Scrubber } from "../../live/scrubber";
import { BarLegend } from "./BarLegend";
import bar from "./CoverageBar.module.css";
import { Gap, Parts } from "./CoverageParts";
import { EventMarks } from "./EventMarks";
import classes from "./FootageTimeline.module.css";
import { atMoment, MomentSlider, nearFootage } from "./MomentSlider";
import { PreviewBubble } from "./PreviewBubble";
import { SpanSelector } from "./SpanSelector";
import { TimeScale } from "./TimeScale";
import { useBarGestures } from "./useBarGestures";
import { useBarWindow } from "./useBarWindow";
import { ZoomControls } from "./ZoomControls";

export interface TimelineCamera {
  id: string;
  name: string;
  /** Undefined while it is asked for. */
  day: DayCoverage | undefined;
}

interface Props {
  cameras: readonly TimelineCamera[];
  day: Span;
  nowMs: number;
  playheadMs: number | undefined;
  /** The moment that was asked for last. */
  askedMs: number | undefined;
  /** Asks to play a moment of which there is footage of any camera. */
  onPlay: (ms: number) => void;
  /** The camera whose picture stands for all, by id. */
  lead: string;
  scrubber: Scrubber;
  /** The span that is being chosen; undefined: moments are. */
  chosen: Span | undefined;
  onChoose: (span: Span) => void;
}

export function FootageTimeline(props: Props) {
  const { cameras, day, nowMs, playheadMs, askedMs, onPlay, lead, scrubber, chosen } = props;
  const shown = useBarWindow(day, playheadMs, askedMs);
  const { window } = shown;
  const all = together(
    cameras.flatMap((camera) => camera.day ?? []),
    day,
  );
  const point = (ms: number | undefined, by: Point["by"], camera: string | undefined) =>
    scrubber.point(ms === undefined ? undefined : { ms, by, camera, window });
  const gestures = useBarGestures(shown, {
    isChoosing: chosen !== undefined,
    playheadMs,
    onPoint: (ms, by, clientY) =>
      // Between two rows it is the camera that stands for all.
      point(ms, by, by === "hover" ? (rowAt(gestures.ref.current, clientY) ?? lead) : undefined),
    onRelease: (ms, pixelMs) => {
      const near = nearFootage(all, ms, pixelMs);
      if (near !== undefined) {
        onPlay(near);
      }
    },
  });
  const pastMs = Math.min(Math.max(nowMs, day.startMs), day.endMs);
  const latest = useRef({ all, onPlay });
  latest.current = { all, onPlay };
  // The same function always: rows are not drawn anew for it.
  const onEvent = useCallback(
    (event: EventSpan) => latest.current.onPlay(entryMs(event, latest.current.all)),
    [],
  );
  const isPlayheadSeen = playheadMs !== undefined && isWithin(playheadMs, window);
  return (
    <Box className={classes.timeline ?? ""}>
      <ZoomControls bar={shown} aroundMs={isPlayheadSeen ? playheadMs : momentAt(0.5, window)} />
      <fieldset className={classes.rows} aria-label="Footage of the day" {...gestures}>
        <MomentSlider
          day={all}
          endMs={pastMs}
          bar={shown}
          playheadMs={playheadMs}
          onPlay={onPlay}
          onPoint={(ms) => point(ms, "keys", undefined)}
        >
          {null}
        </MomentSlider>
        {cameras.map((camera) => (
          <Row
            key={camera.id}
            camera={camera}
            pastMs={pastMs}
            startMs={window.startMs}
            endMs={window.endMs}
            onEvent={onEvent}
          />
        ))}
        {chosen && <SpanSelector day={day} window={window} span={chosen} onSpan={props.onChoose} />}
        {isPlayheadSeen && (
          <div
            className={bar.playhead}
            data-testid="playhead"
            style={atMoment(playheadMs, window)}
          />
        )}
        {nowMs < day.endMs && isWithin(nowMs, window) && (
          <div className={bar.now} style={atMoment(nowMs, window)} />
        )}
        <Bubble scrubber={scrubber} lead={lead} cameras={cameras} window={window} />
      </fieldset>
      <div className={classes.scale}>
        <TimeScale window={window} />
        <BarLegend
          hasKept={false}
          hasMotion={all.motion.length > 0}
          hasEvents={all.events.length > 0}
        />
      </div>
    </Box>
  );
}

interface RowProps {
  camera: TimelineCamera;
  pastMs: number;
  /** The window, as numbers: a row is drawn anew only when one of them changes. */
  startMs: number;
  endMs: number;
  onEvent: (event: EventSpan) => void;
}

const Row = memo(function Row({ camera, pastMs, startMs, endMs, onEvent }: RowProps) {
  const { id, name, day } = camera;
  const window = { startMs, endMs };
  return (
    <div className={classes.row} data-row={id} data-testid={`row-${id}`}>
      <span className={classes.name} title={name}>
        {name}
      </span>
      <div className={classes.lane}>
        {day && (
          <>
            <Parts
              spans={[{ startMs: day.startMs, endMs: pastMs }]}
              window={window}
              className={bar.past}
            />
            <Parts spans={day.recorded} window={window} className={bar.recorded} />
            <Parts
              spans={day.gaps.filter(({ kind }) => kind === "pending")}
              window={window}
              className={bar.pending}
            />
            <Parts spans={day.motion} window={window} className={bar.motion} testId="motion" />
            <EventMarks events={day.events} window={window} onPlay={onEvent} />
            {day.gaps
              .filter(({ kind }) => kind !== "pending")
              .map((gap) => (
                <Gap key={gap.startMs} gap={gap} window={window} tabIndex={-1} />
              ))}
          </>
        )}
      </div>
    </div>
  );
});

interface BubbleProps {
  scrubber: Scrubber;
  lead: string;
  cameras: readonly TimelineCamera[];
  window: Span;
}

/** The picture of the camera that is pointed at, or of the one that stands for all. */
function Bubble({ scrubber, lead, cameras, window }: BubbleProps) {
  return [lead, ...cameras.map(({ id }) => id).filter((id) => id !== lead)].map((id) => (
    <PreviewBubble key={id} scrubber={scrubber} camera={id} window={window} isLead={id === lead} />
  ));
}

/** The camera of the row at that height; undefined between rows. */
function rowAt(rows: HTMLElement | null, clientY: number): string | undefined {
  const row = [...(rows?.querySelectorAll<HTMLElement>("[data-row]") ?? [])].find((element) => {
    const { top, bottom } = element.getBoundingClientRect();
    return clientY >= top && clientY <= bottom;
  });
  return row?.dataset.row;
}
