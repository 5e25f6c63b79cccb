/** When something moved in an area of a camera's picture. */
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { EventService } from "../gen/ronin/v1/event_pb";
import { type Area, cornersOf } from "../lib/area";
import { timestampFromMs } from "../lib/time";
import type { Span } from "../lib/timelineSpans";

const PAGE_SIZE = 24;

export interface MotionQuestion {
  /** "cameras/{id}". */
  camera: string;
  area: Area;
  span: Span;
}

/** What was found, newest first; nothing is asked while there is no question. */
export function useMotionSearch(question: MotionQuestion | undefined) {
  return useInfiniteQuery(
    EventService.method.searchMotion,
    {
      camera: question?.camera ?? "",
      area: { points: question ? cornersOf(question.area) : [] },
      startTime: timestampFromMs(question?.span.startMs ?? 0),
      endTime: timestampFromMs(question?.span.endMs ?? 0),
      pageSize: PAGE_SIZE,
      pageToken: "",
    },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      enabled: question !== undefined,
      staleTime: Number.POSITIVE_INFINITY,
    },
  );
}
