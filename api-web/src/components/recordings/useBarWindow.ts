/** Which part of the day the coverage bar shows: it is zoomed, moved, and follows what plays. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { Span } from "../../lib/timelineSpans";
import {
  clampWindow,
  isWithin,
  lengthOf,
  panned,
  pinched,
  showing,
  ZOOM_STEP,
  zoomed,
} from "../../lib/timelineWindow";

export interface BarWindow {
  window: Span;
  isWhole: boolean;
  /** Shows more (above 1) or less (below 1) of the day around a moment; says whether it could. */
  zoom: (factor: number, aroundMs: number) => boolean;
  zoomIn: (aroundMs: number) => void;
  zoomOut: (aroundMs: number) => void;
  pan: (byMs: number) => boolean;
  /** Two fingers went from two shares of `from` to two others. */
  pinch: (from: Span, shares: readonly [number, number], to: readonly [number, number]) => void;
  showWhole: () => void;
  /** Moves just so far that the moment is seen. */
  reveal: (ms: number) => void;
}

/** What plays and leaves the window is put here in it: most of what comes is seen. */
const FOLLOW_SHARE = 0.1;

export function useBarWindow(
  day: Span,
  playheadMs: number | undefined,
  askedMs: number | undefined,
): BarWindow {
  const [chosen, setChosen] = useState<Span>();
  // A window of another day does not count here.
  const isOnDay = chosen !== undefined && chosen.startMs < day.endMs && chosen.endMs > day.startMs;
  const { startMs, endMs } = isOnDay ? clampWindow(chosen, day) : day;
  // The same object while it shows the same: what is drawn of it alone is not drawn anew.
  const current = useMemo(() => ({ startMs, endMs }), [startMs, endMs]);
  // Wheels turn faster than the bar is drawn.
  const latest = useRef(current);
  latest.current = current;
  const set = (next: Span) => {
    const isNew = next.startMs !== latest.current.startMs || next.endMs !== latest.current.endMs;
    latest.current = next;
    if (isNew) {
      setChosen(lengthOf(next) === lengthOf(day) ? undefined : next);
    }
    return isNew;
  };
  const zoom = (factor: number, aroundMs: number) =>
    set(zoomed(latest.current, day, factor, aroundMs));

  const follow = (ms: number) => {
    const startMs = ms - lengthOf(latest.current) * FOLLOW_SHARE;
    set(panned(latest.current, day, startMs - latest.current.startMs));
  };
  const playedMs = useRef(playheadMs);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what plays is followed.
  useEffect(() => {
    const isSeen = (ms: number | undefined) => ms !== undefined && isWithin(ms, latest.current);
    // Whoever moved the bar away from what plays looks at something else.
    if (playheadMs !== undefined && isSeen(playedMs.current) && !isSeen(playheadMs)) {
      follow(playheadMs);
    }
    playedMs.current = playheadMs;
  }, [playheadMs]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a moment is shown when it is asked for.
  useEffect(() => {
    if (askedMs !== undefined && !isWithin(askedMs, latest.current)) {
      follow(askedMs);
    }
  }, [askedMs]);

  return {
    window: current,
    isWhole: lengthOf(current) === lengthOf(day),
    zoom,
    zoomIn: (aroundMs) => zoom(1 / ZOOM_STEP, aroundMs),
    zoomOut: (aroundMs) => zoom(ZOOM_STEP, aroundMs),
    pan: (byMs) => set(panned(latest.current, day, byMs)),
    pinch: (from, shares, to) => set(pinched(from, day, shares, to)),
    showWhole: () => set({ startMs: day.startMs, endMs: day.endMs }),
    reveal: (ms) => set(showing(latest.current, day, ms)),
  };
}
