/** How much of each day is on disk. Days are those of the viewer's time zone; the server cuts them. */
import { createQueryOptions, useQuery, useTransport } from "@connectrpc/connect-query";
import { type UseQueryResult, useQueries } from "@tanstack/react-query";
import { type ListRecordingDaysResponse, RecordingService } from "../gen/ronin/v1/recording_pb";
import { monthDays } from "../lib/months";
import { viewerZone } from "../lib/time";

/** The most cameras that one call answers for. */
export const COVERAGE_CAMERAS = 64;
/** Today grows. */
const REFRESH_MS = 60_000;

/** The days of a month of `cameras` ("cameras/{id}" each, at most `COVERAGE_CAMERAS`). */
export function useCoverage(cameras: readonly string[], month: string, isCurrent: boolean) {
  const { first, last } = monthDays(month);
  return useQuery(
    RecordingService.method.getCoverage,
    { cameras: [...cameras], startDay: first, endDay: last, timeZone: viewerZone() },
    { enabled: cameras.length > 0, refetchInterval: isCurrent ? REFRESH_MS : false },
  );
}

/** Seconds of footage by day of a month: of the camera that has most of it. */
export function useRecordingDays(cameras: readonly string[], month: string) {
  const transport = useTransport();
  return useQueries({
    queries: cameras.map((camera) => ({
      ...createQueryOptions(
        RecordingService.method.listRecordingDays,
        { camera, month, timeZone: viewerZone() },
        { transport },
      ),
      staleTime: REFRESH_MS,
    })),
    combine: recordedDays,
  });
}

function recordedDays(results: readonly UseQueryResult<ListRecordingDaysResponse>[]) {
  const known = results.flatMap(({ data }) => data ?? []);
  const most = new Map<string, number>();
  for (const { day, recordedSeconds } of known.flatMap(({ days }) => days)) {
    most.set(day, Math.max(recordedSeconds, most.get(day) ?? 0));
  }
  return {
    /** Undefined while not all of them are known. */
    days: known.length === results.length ? most : undefined,
    error: results.find(({ error }) => error !== null)?.error,
  };
}
