/** The part of the coverage bar that chooses a moment to play: by click, or by keys as a slider. */
import { type KeyboardEvent, type MouseEvent, type ReactNode, useState } from "react";
import { clockTime, MINUTE_MS, SECOND_MS } from "../../lib/time";
import {
  type DayCoverage,
  isPlayable,
  placeOnDay,
  playableSpans,
  type Span,
} from "../../lib/timelineSpans";
import classes from "./CoverageBar.module.css";

/** Choosing the end of the day plays its last seconds. */
const LAST_MS = 10 * SECOND_MS;

interface Props {
  day: DayCoverage;
  /** End of the past part of the day. */
  endMs: number;
  playheadMs: number | undefined;
  onPlay: (ms: number) => void;
  /** What is drawn on the bar. */
  children: ReactNode;
}

export function MomentSlider({ day, endMs, playheadMs, onPlay, children }: Props) {
  const [chosen, setChosen] = useState<number>();
  const playable = playableSpans(day);
  const last = playable.at(-1);
  const lastMs = last ? Math.max(last.startMs, last.endMs - LAST_MS) : day.startMs;
  const within = (ms: number) => Math.min(Math.max(ms, day.startMs), endMs);
  // A moment chosen on another day does not count here.
  const isOnDay = chosen !== undefined && chosen >= day.startMs && chosen < day.endMs;
  const valueMs = within(isOnDay ? chosen : (playheadMs ?? lastMs));
  const hasFootage = isPlayable(day, valueMs);

  const onClick = (event: MouseEvent<HTMLElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect();
    const ms = nearFootage(day, momentAt((event.clientX - left) / width, day), width);
    if (ms !== undefined) {
      setChosen(undefined);
      onPlay(ms);
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const to = stepTo(event, valueMs, playable[0]?.startMs ?? day.startMs, lastMs);
    if (to !== undefined) {
      event.preventDefault();
      setChosen(within(to));
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (hasFootage) {
        setChosen(undefined);
        onPlay(valueMs);
      }
    }
  };

  return (
    <div
      className={classes.slider}
      role="slider"
      tabIndex={0}
      aria-label="Moment to play"
      aria-valuemin={day.startMs / SECOND_MS}
      aria-valuemax={day.endMs / SECOND_MS}
      aria-valuenow={Math.round(valueMs / SECOND_MS)}
      aria-valuetext={`${clockTime(valueMs)}, ${hasFootage ? "press Enter to play" : "no footage"}`}
      onClick={onClick}
      onKeyDown={onKeyDown}
    >
      {children}
      <div className={classes.cursor} style={atMoment(valueMs, day)} />
    </div>
  );
}

/** Where a moment is drawn. */
export function atMoment(ms: number, day: Span): { left: string } {
  return { left: placeOnDay({ startMs: ms, endMs: ms }, day).left };
}

function momentAt(share: number, day: Span): number {
  return day.startMs + Math.round(share * (day.endMs - day.startMs));
}

/** The footage under a click: a pixel is a minute or two, and footage may be shorter than that. */
function nearFootage(day: DayCoverage, ms: number, width: number): number | undefined {
  if (isPlayable(day, ms)) {
    return ms;
  }
  const pixelMs = (day.endMs - day.startMs) / width;
  const near = playableSpans(day).find(
    (span) => ms >= span.startMs - pixelMs && ms < span.endMs + pixelMs,
  );
  return near?.startMs;
}

/** Where a key leads; undefined for keys that lead nowhere. */
function stepTo(
  { key, shiftKey }: KeyboardEvent,
  fromMs: number,
  firstMs: number,
  lastMs: number,
): number | undefined {
  const stepMs = (shiftKey ? 10 : 1) * MINUTE_MS;
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return fromMs - stepMs;
    case "ArrowRight":
    case "ArrowUp":
      return fromMs + stepMs;
    case "Home":
      return firstMs;
    case "End":
      return lastMs;
    default:
      return undefined;
  }
}
