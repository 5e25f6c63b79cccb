/** Footage of several cameras on one clock, which follows the moment and the day of the URL. */
import { useEffect, useEffectEvent, useState } from "react";
import { MINUTE_MS, SECOND_MS } from "../lib/time";
import { type DayCoverage, playableSpans, type Span, together } from "../lib/timelineSpans";
import { SyncedFootage } from "../live/syncedFootage";
import type { FootageAddress } from "./useFootageAddress";

/** Footage that ends so near to the end of a day goes on in the next one. */
const NEAR_END_MS = 2 * SECOND_MS;
/** Where today is shown and nothing was asked for: what was just now. */
const JUST_NOW_MS = MINUTE_MS;

interface Options {
  address: FootageAddress;
  /** The day of each camera whose footage is known, by id. */
  days: ReadonlyMap<string, DayCoverage>;
  /** Whether that are all cameras that are shown. */
  isComplete: boolean;
  isToday: boolean;
}

export function useSyncedFootage({ address, days, isComplete, isToday }: Options) {
  const { day, atMs, onMoment } = address;
  const onEnded = useEffectEvent(() => {
    if (!isToday && synced.view().wallMs >= day.endMs - NEAR_END_MS) {
      onMoment(day.endMs);
    }
  });
  const [synced] = useState(() => new SyncedFootage({ wallMs: atMs ?? day.startMs }));
  useEffect(() => synced.run(() => onEnded()), [synced]);
  useEffect(() => synced.setFootage(days, isComplete), [synced, days, isComplete]);
  useEffect(() => {
    if (atMs !== undefined) {
      synced.seek(atMs);
      synced.play();
    }
  }, [synced, atMs]);

  const hasFootage = isComplete && days.size > 0;
  const showFirst = useEffectEvent(() => {
    synced.pause();
    synced.seek(firstMoment([...days.values()], day, isToday));
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: another day begins anew.
  useEffect(() => {
    if (atMs === undefined && hasFootage) {
      showFirst();
    }
  }, [atMs, day.startMs, hasFootage]);

  return {
    synced,
    /** Plays a moment of any day, which is then in the URL. */
    goTo: (ms: number) => {
      synced.seek(ms);
      synced.play();
      onMoment(ms);
    },
  };
}

/** What a day without a moment begins with: the first footage, or what was just now. */
function firstMoment(days: readonly DayCoverage[], day: Span, isToday: boolean): number {
  const spans = playableSpans(together(days, day));
  const [first, last] = [spans[0], spans.at(-1)];
  if (first === undefined || last === undefined) {
    return day.startMs;
  }
  return isToday ? Math.max(last.startMs, last.endMs - JUST_NOW_MS) : first.startMs;
}
