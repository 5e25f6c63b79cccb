/** The part of the coverage bar that chooses a moment to play: by click, or by keys as a slider. */
import { type KeyboardEvent, type MouseEvent, type ReactNode, useState } from "react";
import { clockTime, exactClockTime, SECOND_MS } from "../../lib/time";
import {
  type DayCoverage,
  isPlayable,
  placeOnDay,
  playableSpans,
  type Span,
} from "../../lib/timelineSpans";
import { isWithin, keyStep, lengthOf, momentAt } from "../../lib/timelineWindow";
import { stepTo, zoomByKey } from "./barKeys";
import classes from "./CoverageBar.module.css";
import type { BarWindow } from "./useBarWindow";

/** Choosing the end of the day plays its last seconds. */
const LAST_MS = 10 * SECOND_MS;

interface Props {
  day: DayCoverage;
  /** End of the past part of the day. */
  endMs: number;
  /** The part of the day that is shown. */
  bar: BarWindow;
  playheadMs: number | undefined;
  onPlay: (ms: number) => void;
  /** A moment is looked at by keys, and may be played; undefined: none any more. */
  onPoint: (ms: number | undefined) => void;
  /** What is drawn on the bar. */
  children: ReactNode;
}

export function MomentSlider(props: Props) {
  const { day, endMs, bar, playheadMs, onPlay, onPoint, children } = props;
  const { window } = bar;
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
    const pixelMs = lengthOf(window) / width;
    const ms = nearFootage(day, momentAt((event.clientX - left) / width, window), pixelMs);
    if (ms !== undefined) {
      setChosen(undefined);
      onPlay(ms);
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const to = stepTo(event, {
      fromMs: valueMs,
      firstMs: playable[0]?.startMs ?? day.startMs,
      lastMs,
      stepMs: keyStep(window),
    });
    if (to !== undefined) {
      event.preventDefault();
      setChosen(within(to));
      bar.reveal(within(to));
      onPoint(within(to));
    } else if (zoomByKey(event, bar, valueMs)) {
      event.preventDefault();
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (hasFootage) {
        onPoint(undefined);
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
      aria-valuenow={Math.round(valueMs) / SECOND_MS}
      aria-valuetext={`${words(valueMs)}, ${hasFootage ? "press Enter to play" : "no footage"}`}
      onClick={onClick}
      onKeyDown={onKeyDown}
      onBlur={() => onPoint(undefined)}
    >
      {children}
      {isWithin(valueMs, window) && (
        <div className={classes.cursor} style={atMoment(valueMs, window)} />
      )}
    </div>
  );
}

/** Where a moment is drawn. */
export function atMoment(ms: number, day: Span): { left: string } {
  return { left: placeOnDay({ startMs: ms, endMs: ms }, day).left };
}

/** Milliseconds where there are any. */
function words(ms: number): string {
  return ms % SECOND_MS === 0 ? clockTime(ms) : exactClockTime(ms);
}

/** The footage under a click: a pixel may be a minute or two, and footage shorter than that. */
export function nearFootage(day: DayCoverage, ms: number, pixelMs: number): number | undefined {
  if (isPlayable(day, ms)) {
    return ms;
  }
  const near = playableSpans(day).find(
    (span) => ms >= span.startMs - pixelMs && ms < span.endMs + pixelMs,
  );
  return near?.startMs;
}
