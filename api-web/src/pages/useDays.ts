/** The day of each of several cameras, as far as it is known. */
import { useMemo } from "react";
import { describeError, type ErrorWords } from "../api/errors";
import { useDayTimelines } from "../api/recordings";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { type DayCoverage, dayCoverage, type Span } from "../lib/timelineSpans";

export interface Days {
  /** By id of the camera. */
  days: ReadonlyMap<string, DayCoverage>;
  /** Whether that are all cameras that are shown. */
  isComplete: boolean;
  /** Why one of them is not known. */
  error: ErrorWords | undefined;
  refetch: () => void;
}

export function useDays(
  cameras: readonly Camera[],
  day: Span,
  isToday: boolean,
  nowMs: number,
): Days {
  const { timelines, error, refetch } = useDayTimelines(
    cameras.map(({ name }) => name),
    day,
    isToday,
  );
  const { startMs, endMs } = day;
  const days = useMemo(
    () =>
      new Map(
        timelines.flatMap((timeline) =>
          timeline === undefined
            ? []
            : [
                [
                  timeline.camera.replace("cameras/", ""),
                  dayCoverage(timeline, { startMs, endMs }, nowMs),
                ] as const,
              ],
        ),
      ),
    [timelines, startMs, endMs, nowMs],
  );
  return {
    days,
    isComplete: cameras.length > 0 && cameras.every(({ id }) => days.has(id)),
    error: error ? describeError(error) : undefined,
    refetch,
  };
}
