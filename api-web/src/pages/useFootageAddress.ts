/** What of a camera's footage is shown, as the URL says it: a day, a moment that plays, a span. */
import { useCallback } from "react";
import { useHref, useSearchParams } from "react-router";
import { dayKey, dayOf, parseDayKey, parseMoment } from "../lib/time";
import type { Span } from "../lib/timelineSpans";

/** Another day is no new page. */
const KEEP_SCROLL = { preventScrollReset: true };

export interface FootageAddress {
  day: Span;
  /** The moment that plays; undefined while nothing does. */
  atMs: number | undefined;
  /** The span that is being chosen; undefined while none is. */
  chosen: Span | undefined;
  /** Shows a day, or today, and plays nothing. */
  onDay: (dayMs: number | undefined) => void;
  onMoment: (ms: number) => void;
  /** The whole address of a moment, for others. */
  linkTo: (ms: number) => string;
  /** Chooses a span, or none any more. */
  onChoose: (span: Span | undefined) => void;
}

export function useFootageAddress(nowMs: number): FootageAddress {
  const [params, setParams] = useSearchParams();
  const path = useHref({ search: "" });
  const atMs = parseMoment(params.get("at"));
  const chosen = spanOf(parseMoment(params.get("from")), parseMoment(params.get("to")));
  const day = dayOf(atMs ?? parseDayKey(params.get("day")) ?? chosen?.startMs ?? nowMs);

  const change = useCallback(
    (values: Record<string, string | undefined>, replace: boolean) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          for (const [key, value] of Object.entries(values)) {
            if (value === undefined) {
              next.delete(key);
            } else {
              next.set(key, value);
            }
          }
          return next;
        },
        { ...KEEP_SCROLL, replace },
      ),
    [setParams],
  );

  return {
    day,
    atMs,
    chosen,
    onDay: (dayMs) =>
      change({ at: undefined, day: dayMs === undefined ? undefined : dayKey(dayMs) }, false),
    onMoment: (ms) =>
      // The way back leads out of the player, not through all moments.
      change({ day: undefined, at: new Date(ms).toISOString() }, atMs !== undefined),
    linkTo: (ms) => {
      const link = new URL(path, window.location.origin);
      for (const key of ["cameras", "large"]) {
        const value = params.get(key);
        if (value !== null) {
          link.searchParams.set(key, value);
        }
      }
      link.searchParams.set("at", new Date(ms).toISOString());
      return link.href;
    },
    onChoose: (span) =>
      change(
        {
          from: span && new Date(span.startMs).toISOString(),
          to: span && new Date(span.endMs).toISOString(),
        },
        chosen !== undefined && span !== undefined,
      ),
  };
}

function spanOf(startMs: number | undefined, endMs: number | undefined): Span | undefined {
  return startMs !== undefined && endMs !== undefined && endMs > startMs
    ? { startMs, endMs }
    : undefined;
}
