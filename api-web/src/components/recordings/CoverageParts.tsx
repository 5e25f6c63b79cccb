/** Pieces of a bar of footage: what is on disk, and gaps with their cause. */
import { Tooltip } from "@mantine/core";
import { asSentence } from "../../api/errors";
import { clockTime, duration } from "../../lib/time";
import { type GapSpan, onDay, placeOnDay, type Span } from "../../lib/timelineSpans";
import classes from "./CoverageBar.module.css";

interface PartsProps {
  spans: readonly Span[];
  window: Span;
  className: string | undefined;
  testId?: string;
}

/** What is seen of spans. */
export function Parts({ spans, window, className, testId }: PartsProps) {
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

interface GapProps {
  gap: GapSpan;
  window: Span;
  /** -1 where there are too many to be gone through one by one. */
  tabIndex?: number;
}

/** What is seen of a gap; the words are those of the whole gap. */
export function Gap({ gap, window, tabIndex = 0 }: GapProps) {
  const part = onDay(gap, window);
  return (
    part && (
      <Tooltip label={gapWords(gap)} multiline maw={340}>
        <button
          type="button"
          className={`${classes.gap} ${classes[gap.kind]}`}
          style={placeOnDay(part, window)}
          aria-label={gapWords(gap)}
          tabIndex={tabIndex}
        />
      </Tooltip>
    )
  );
}

/** "08:10:00 to 08:25:10 (15 min 10 s): The camera did not answer." */
export function gapWords(gap: GapSpan): string {
  const span = `${clockTime(gap.startMs)} to ${clockTime(gap.endMs)}`;
  return `${span} (${duration(gap.endMs - gap.startMs)}): ${asSentence(gap.message || gap.cause)}`;
}
