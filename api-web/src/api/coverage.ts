/** How much of each day is on disk. Days are those of the viewer's time zone; the server cuts them. */
import { useQuery } from "@connectrpc/connect-query";
import { RecordingService } from "../gen/ronin/v1/recording_pb";
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

/** The days of a month on which there is footage of `camera`. */
export function useRecordingDays(camera: string, month: string) {
  return useQuery(
    RecordingService.method.listRecordingDays,
    { camera, month, timeZone: viewerZone() },
    { staleTime: REFRESH_MS },
  );
}
