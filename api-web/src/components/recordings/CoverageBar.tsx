/**
 * A day of footage as a bar that can be zoomed: what is on disk and can be played, and each gap with
 * its cause.
 */
import { Box, Group, Text, Tooltip } from "@mantine/core";
import { asSentence } from "../../api/errors";
import { clockTime, duration } from "../../lib/time";
import {
  type DayCoverage,
  type GapSpan,
  lostGaps,
  onDay,
  placeOnDay,
  type Span,
} from "../../lib/timelineSpans";
import { isWithin, momentAt } from "../../lib/timelineWindow";
import { percent } from "../../lib/units";
import classes from "./CoverageBar.module.css";
import { atMoment, MomentSlider } from "./MomentSlider";
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
}

export function CoverageBar(props: Props) {
  const { day, nowMs, playheadMs, askedMs, onPlay, kept, chosen, onChoose } = props;
  const bar = useBarWindow(day, playheadMs, askedMs);
  const { window } = bar;
  const gestures = useBarGestures(bar, chosen !== undefined);
  const pastMs = Math.min(Math.max(nowMs, day.startMs), day.endMs);
  const missing = day.gaps.filter(({ kind }) => kind !== "pending");
  const pending = day.gaps.filter(({ kind }) => kind === "pending");
  const isPlayheadSeen = playheadMs !== undefined && isWithin(playheadMs, window);
  return (
    <Box>
      <ZoomControls bar={bar} aroundMs={isPlayheadSeen ? playheadMs : momentAt(0.5, window)} />
      <fieldset className={classes.bar} aria-label={summary(day)} {...gestures}>
        <MomentSlider day={day} endMs={pastMs} bar={bar} playheadMs={playheadMs} onPlay={onPlay}>
          <Parts
            spans={[{ startMs: day.startMs, endMs: pastMs }]}
            window={window}
            className={classes.past}
          />
          <Parts spans={day.recorded} window={window} className={classes.recorded} />
          <Parts spans={pending} window={window} className={classes.pending} />
        </MomentSlider>
        {missing.map((gap) => (
          <Gap key={gap.startMs} gap={gap} window={window} />
        ))}
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
      </fieldset>
      <TimeScale window={window} />
      <Group gap="md" mt={4} aria-hidden>
        <Legend className={classes.recordedKey ?? ""}>On disk (choose a moment to play)</Legend>
        <Legend className={classes.pendingKey ?? ""}>Being recorded</Legend>
        <Legend className={classes.gapKey ?? ""}>Missing (point at it for the cause)</Legend>
        {kept.length > 0 && <Legend className={classes.keptKey ?? ""}>Protected</Legend>}
      </Group>
    </Box>
  );
}

interface PartsProps {
  spans: readonly Span[];
  window: Span;
  className: string | undefined;
  testId?: string;
}

/** What is seen of spans. */
function Parts({ spans, window, className, testId }: PartsProps) {
  return spans.map((span) => {
    const part = onDay(span, window);
    return (
      part && (
        <div
          key={span.startMs}
          className={className}
          data-testid={testId}
          style={placeOnDay(part, window)}
        />
      )
    );
  });
}

/** What is seen of a gap; the words are those of the whole gap. */
function Gap({ gap, window }: { gap: GapSpan; window: Span }) {
  const part = onDay(gap, window);
  return (
    part && (
      <Tooltip label={gapWords(gap)} multiline maw={340}>
        <button
          type="button"
          className={`${classes.gap} ${classes[gap.kind]}`}
          style={placeOnDay(part, window)}
          aria-label={gapWords(gap)}
        />
      </Tooltip>
    )
  );
}

function Legend({ className, children }: { className: string; children: string }) {
  return (
    <Group gap={6}>
      <span className={className} />
      <Text size="xs" c="dimmed">
        {children}
      </Text>
    </Group>
  );
}

/** "08:10:00 to 08:25:10 (15 min 10 s): The camera did not answer." */
export function gapWords(gap: GapSpan): string {
  const span = `${clockTime(gap.startMs)} to ${clockTime(gap.endMs)}`;
  return `${span} (${duration(gap.endMs - gap.startMs)}): ${asSentence(gap.message || gap.cause)}`;
}

function summary(day: DayCoverage): string {
  const lost = lostGaps(day).length;
  const gaps = lost === 1 ? "1 gap" : `${lost} gaps`;
  return `Footage of the day: ${percent(day.coverage)} on disk, ${gaps}`;
}
