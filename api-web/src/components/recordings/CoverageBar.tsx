/** A day of footage as a bar: what is on disk and can be played, and each gap with its cause. */
import { Box, Group, Text, Tooltip } from "@mantine/core";
import { asSentence } from "../../api/errors";
import { clockTime, duration, shortClockTime } from "../../lib/time";
import {
  type DayCoverage,
  type GapSpan,
  lostGaps,
  onDay,
  placeOnDay,
  type Span,
} from "../../lib/timelineSpans";
import { percent } from "../../lib/units";
import classes from "./CoverageBar.module.css";
import { atMoment, MomentSlider } from "./MomentSlider";
import { SpanSelector } from "./SpanSelector";

interface Props {
  day: DayCoverage;
  nowMs: number;
  /** The moment that is being played. */
  playheadMs: number | undefined;
  /** Asks to play a moment of which there is footage. */
  onPlay: (ms: number) => void;
  /** Spans that are not deleted. */
  kept: readonly Span[];
  /** The span that is being chosen; undefined: moments are. */
  chosen: Span | undefined;
  onChoose: (span: Span) => void;
}

export function CoverageBar(props: Props) {
  const { day, nowMs, playheadMs, onPlay, kept, chosen, onChoose } = props;
  const isToday = nowMs >= day.startMs && nowMs < day.endMs;
  const past = { startMs: day.startMs, endMs: Math.min(Math.max(nowMs, day.startMs), day.endMs) };
  const missing = day.gaps.filter(({ kind }) => kind !== "pending");
  return (
    <Box>
      <fieldset className={classes.bar} aria-label={summary(day)}>
        <MomentSlider day={day} endMs={past.endMs} playheadMs={playheadMs} onPlay={onPlay}>
          <div className={classes.past} style={placeOnDay(past, day)} />
          {day.recorded.map((span) => (
            <div key={span.startMs} className={classes.recorded} style={placeOnDay(span, day)} />
          ))}
          {day.gaps
            .filter(({ kind }) => kind === "pending")
            .map((span) => (
              <div key={span.startMs} className={classes.pending} style={placeOnDay(span, day)} />
            ))}
        </MomentSlider>
        {missing.map((gap) => (
          <Tooltip key={gap.startMs} label={gapWords(gap)} multiline maw={340}>
            <button
              type="button"
              className={`${classes.gap} ${classes[gap.kind]}`}
              style={placeOnDay(gap, day)}
              aria-label={gapWords(gap)}
            />
          </Tooltip>
        ))}
        {kept.map((span) => {
          const part = onDay(span, day);
          return (
            part && (
              <div
                key={span.startMs}
                className={classes.kept}
                data-testid="kept"
                style={placeOnDay(part, day)}
              />
            )
          );
        })}
        {chosen && <SpanSelector day={day} span={chosen} onSpan={onChoose} />}
        {playheadMs !== undefined && (
          <div
            className={classes.playhead}
            data-testid="playhead"
            style={atMoment(playheadMs, day)}
          />
        )}
        {isToday && <div className={classes.now} style={atMoment(nowMs, day)} />}
      </fieldset>
      <div className={classes.scale} aria-hidden="true">
        {hours(day).map((ms) => (
          <span key={ms} className={classes.hour} style={atMoment(ms, day)}>
            {shortClockTime(ms)}
          </span>
        ))}
      </div>
      <Group gap="md" mt={4} aria-hidden>
        <Legend className={classes.recordedKey ?? ""}>On disk (choose a moment to play)</Legend>
        <Legend className={classes.pendingKey ?? ""}>Being recorded</Legend>
        <Legend className={classes.gapKey ?? ""}>Missing (point at it for the cause)</Legend>
        {kept.length > 0 && <Legend className={classes.keptKey ?? ""}>Protected</Legend>}
      </Group>
    </Box>
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

/** Every third hour of the clock; the first and last are left out, where labels would be cut. */
function hours(day: DayCoverage): number[] {
  const date = new Date(day.startMs);
  const marks: number[] = [];
  for (let hour = 3; hour < 24; hour += 3) {
    // Where clocks change, hours of the clock are not evenly far from the beginning.
    marks.push(new Date(date.getFullYear(), date.getMonth(), date.getDate(), hour).getTime());
  }
  return marks.filter((ms) => ms > day.startMs && ms < day.endMs);
}
