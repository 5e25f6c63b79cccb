/** A day of one camera's footage: its timeline and its segments. */
import { useInfiniteQuery, useQuery } from "@connectrpc/connect-query";
import { useEffect, useMemo } from "react";
import { RecordingService, type Segment } from "../gen/ronin/v1/recording_pb";
import { dayOf, HOUR_MS, timestampFromMs } from "../lib/time";

/** Footage of the current day grows: ask again this often. */
const REFRESH_MS = 15_000;
const PAGE_SIZE = 200;
/** 24 h of segments of 20 s: more pages than this are not fetched for one list. */
const MAX_PAGES = 22;

/** Playing a moment asks for this much at once: a playlist of a whole day is large. */
const PLAYBACK_MS = 2 * HOUR_MS;

interface Day {
  startMs: number;
  endMs: number;
}

/** When there is footage of `camera` ("cameras/{id}") on that day, and why there is none. */
export function useDayTimeline(camera: string, day: Day, isToday: boolean) {
  return useQuery(
    RecordingService.method.getTimeline,
    {
      cameras: [camera],
      startTime: timestampFromMs(day.startMs),
      endTime: timestampFromMs(day.endMs),
    },
    { refetchInterval: isToday ? REFRESH_MS : false },
  );
}

/** Where to play `camera` from a moment on, to the end of its day at most. */
export function usePlayback(camera: string, atMs: number | undefined) {
  const startMs = atMs ?? 0;
  return useQuery(
    RecordingService.method.getPlayback,
    {
      camera,
      startTime: timestampFromMs(startMs),
      endTime: timestampFromMs(Math.min(startMs + PLAYBACK_MS, dayOf(startMs).endMs)),
    },
    // A player that runs is not to be disturbed by a new answer.
    { enabled: atMs !== undefined, staleTime: Number.POSITIVE_INFINITY },
  );
}

/** The segments of `camera` that overlap that day, newest first. */
export function useDaySegments(camera: string, day: Day, isToday: boolean) {
  const query = useInfiniteQuery(
    RecordingService.method.listSegments,
    {
      camera,
      startTime: timestampFromMs(day.startMs),
      endTime: timestampFromMs(day.endMs),
      pageSize: PAGE_SIZE,
      pageToken: "",
    },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      refetchInterval: isToday ? REFRESH_MS : false,
    },
  );
  const { hasNextPage, isFetching, isError, fetchNextPage, data } = query;
  const pages = data?.pages.length ?? 0;
  useEffect(() => {
    // The server lists oldest first and the newest are wanted: all pages of the day are read.
    if (hasNextPage && !isFetching && !isError && pages < MAX_PAGES) {
      void fetchNextPage();
    }
  }, [hasNextPage, isFetching, isError, pages, fetchNextPage]);
  const segments = useMemo<Segment[] | undefined>(
    () => data?.pages.flatMap((page) => page.segments).reverse(),
    [data],
  );
  return { ...query, segments };
}
