/** Lies over the coverage bar while a span is chosen: drag across it, or move its two ends by keys. */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { clockTime, MINUTE_MS, SECOND_MS } from "../../lib/time";
import { onDay, placeOnDay, type Span } from "../../lib/timelineSpans";
import { momentAt } from "../../lib/timelineWindow";
import classes from "./CoverageBar.module.css";
import { atMoment } from "./MomentSlider";

/** A press that moves less is no span. */
const SHORTEST_MS = SECOND_MS;
/** Keys that follow one another faster are one move. */
const SETTLED_MS = 250;

interface Props {
  day: Span;
  /** The part of the day that is shown. */
  window: Span;
  span: Span;
  onSpan: (span: Span) => void;
}

export function SpanSelector({ day, window, span, onSpan }: Props) {
  // While it is dragged the span is drawn here only; it is told when it is let go.
  const [dragged, setDragged] = useState<Span>();
  const fromMs = useRef<number>(undefined);
  const { moved, move, settle } = useMoves(span, onSpan);
  const shown = dragged ?? moved;
  const part = onDay(shown, window);

  const momentOf = (event: PointerEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const share = Math.min(Math.max((event.clientX - left) / width, 0), 1);
    return Math.round(momentAt(share, window) / SECOND_MS) * SECOND_MS;
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture?.(event.pointerId);
    // Whoever takes hold of an end keeps the other one.
    const { end } = (event.target as HTMLElement).dataset;
    fromMs.current =
      end === undefined ? momentOf(event) : end === "start" ? span.endMs : span.startMs;
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (fromMs.current !== undefined) {
      setDragged(ordered(fromMs.current, momentOf(event)));
    }
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>) => {
    const from = fromMs.current;
    fromMs.current = undefined;
    setDragged(undefined);
    if (from !== undefined) {
      const chosen = ordered(from, momentOf(event));
      if (chosen.endMs - chosen.startMs >= SHORTEST_MS) {
        onSpan(chosen);
      }
    }
  };
  const onPointerCancel = () => {
    fromMs.current = undefined;
    setDragged(undefined);
  };

  return (
    <div
      className={classes.selector}
      data-testid="span-selector"
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onPointerUp={onPointerUp}
      onPointerCancel={onPointerCancel}
    >
      {part && <div className={classes.chosen} style={placeOnDay(part, window)} />}
      <Handle
        end="start"
        label="Beginning of the span"
        ms={shown.startMs}
        day={day}
        window={window}
        onMove={(ms) =>
          move({ startMs: Math.min(ms, moved.endMs - SHORTEST_MS), endMs: moved.endMs })
        }
        onSettle={settle}
      />
      <Handle
        end="end"
        label="End of the span"
        ms={shown.endMs}
        day={day}
        window={window}
        onMove={(ms) =>
          move({ startMs: moved.startMs, endMs: Math.max(ms, moved.startMs + SHORTEST_MS) })
        }
        onSettle={settle}
      />
    </div>
  );
}

/** The span while its ends are moved by keys: told when the keys rest, or the focus goes. */
function useMoves(span: Span, onSpan: (span: Span) => void) {
  const [moved, setMoved] = useState<Span>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const tell = (next: Span) => {
    timer.current = undefined;
    setMoved(undefined);
    onSpan(next);
  };
  return {
    moved: moved ?? span,
    move: (next: Span) => {
      clearTimeout(timer.current);
      setMoved(next);
      timer.current = setTimeout(() => tell(next), SETTLED_MS);
    },
    settle: () => {
      if (timer.current !== undefined && moved !== undefined) {
        clearTimeout(timer.current);
        tell(moved);
      }
    },
  };
}

interface HandleProps {
  end: "start" | "end";
  label: string;
  ms: number;
  day: Span;
  window: Span;
  onMove: (ms: number) => void;
  onSettle: () => void;
}

function Handle({ end, label, ms, day, window, onMove, onSettle }: HandleProps) {
  // An end on another day, or outside of what is shown, waits at the edge.
  const seenMs = Math.min(Math.max(ms, window.startMs), window.endMs);
  const within = Math.min(Math.max(ms, day.startMs), day.endMs);
  const onKeyDown = (event: KeyboardEvent) => {
    const to = steppedTo(event, within, day);
    if (to !== undefined) {
      event.preventDefault();
      onMove(Math.min(Math.max(to, day.startMs), day.endMs));
    }
  };
  return (
    <div
      className={classes.handle}
      data-end={end}
      style={atMoment(seenMs, window)}
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={day.startMs / SECOND_MS}
      aria-valuemax={day.endMs / SECOND_MS}
      aria-valuenow={Math.round(within / SECOND_MS)}
      aria-valuetext={clockTime(within)}
      onKeyDown={onKeyDown}
      onBlur={onSettle}
    />
  );
}

function ordered(a: number, b: number): Span {
  return { startMs: Math.min(a, b), endMs: Math.max(a, b) };
}

/** Arrow keys: 10 s; with Shift: 10 min; Page keys: an hour. */
function steppedTo({ key, shiftKey }: KeyboardEvent, ms: number, day: Span): number | undefined {
  const stepMs = shiftKey ? 10 * MINUTE_MS : 10 * SECOND_MS;
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return ms - stepMs;
    case "ArrowRight":
    case "ArrowUp":
      return ms + stepMs;
    case "PageDown":
      return ms - 60 * MINUTE_MS;
    case "PageUp":
      return ms + 60 * MINUTE_MS;
    case "Home":
      return day.startMs;
    case "End":
      return day.endMs;
    default:
      return undefined;
  }
}
