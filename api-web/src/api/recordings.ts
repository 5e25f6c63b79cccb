/**
 * A day of cameras' footage: the timelines, the segments, and where to play it.
 *
 * Not here: how they grow while it is today (`FollowSegments`).
 */
import {
  createQueryOptions,
  useInfiniteQuery,
  useQuery,
  useTransport,
} from "@connectrpc/connect-query";
import { type UseQueryResult, useQueries } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import {
  type GetTimelineResponse,
  RecordingService,
  type Segment,
} from "../gen/ronin/v1/recording_pb";
import { HOUR_MS, MINUTE_MS, SECOND_MS, timestampFromMs } from "../lib/time";
import type { Span } from "../lib/timelineSpans";

/** A gap that lasts grows without a segment that tells it: ask again this often. */
const REFRESH_MS = 15_000;
/** The watch tells of each segment; this is for what it cannot tell. */
const LIST_REFRESH_MS = 60_000;
const PAGE_SIZE = 200;
/** 24 h of segments of 20 s: more pages than this are not fetched for one list. */
const MAX_PAGES = 22;

/**
 * Playing a moment asks for this much at once: with a key frame each second a playlist of an hour is
 * 360 kB, which is read before the first picture.
 */
const PLAYBACK_MS = HOUR_MS;

/** When there is footage of `camera` ("cameras/{id}") on that day, and why there is none. */
export function useDayTimeline(camera: string, day: Span, isToday: boolean) {
  return useQuery(RecordingService.method.getTimeline, timelineInput(camera, day), {
    refetchInterval: isToday ? REFRESH_MS : false,
    meta: { span: day },
  });
}

/** The same of several cameras, in their order: each is asked for by itself, and kept so. */
export function useDayTimelines(cameras: readonly string[], day: Span, isToday: boolean) {
  const transport = useTransport();
  return useQueries({
    queries: cameras.map((camera) => ({
      ...createQueryOptions(RecordingService.method.getTimeline, timelineInput(camera, day), {
        transport,
      }),
      refetchInterval: isToday ? REFRESH_MS : (false as const),
      meta: { span: day },
    })),
    combine: timelinesOf,
  });
}

function timelinesOf(results: readonly UseQueryResult<GetTimelineResponse>[]) {
  return {
    /** Undefined where it is not known yet. */
    timelines: results.map(({ data }) => data?.timelines[0]),
    error: results.find(({ error, data }) => error !== null && data === undefined)?.error,
    refetch: () => {
      for (const { refetch } of results) {
        void refetch();
      }
    },
  };
}

function timelineInput(camera: string, day: Span) {
  return {
    cameras: [camera],
    startTime: timestampFromMs(day.startMs),
    endTime: timestampFromMs(day.endMs),
  };
}

/** Whoever goes back before the beginning wants more of it. */
const LEAD_MS = 5 * MINUTE_MS;

/** What is played at once around a moment: not beyond its day. */
export function playbackSpan(atMs: number, day: Span, lead: "none" | "some"): Span {
  return {
    startMs: lead === "none" ? atMs : Math.max(atMs - LEAD_MS, day.startMs),
    endMs: Math.min(atMs + PLAYBACK_MS, day.endMs),
  };
}

/**
 * Where to play that span of `camera`; it may reach beyond now. Undefined: nothing is played. With
 * `h264`, footage in H.265 is encoded on the server while it is looked at.
 */
export function usePlayback(camera: string, span: Span | undefined, h264: boolean) {
  return useQuery(
    RecordingService.method.getPlayback,
    {
      camera,
      startTime: timestampFromMs(span?.startMs ?? 0),
      endTime: timestampFromMs(span?.endMs ?? SECOND_MS),
      h264,
    },
    // A player that runs is not to be disturbed by a new answer.
    { enabled: span !== undefined, staleTime: Number.POSITIVE_INFINITY },
  );
}

/** The segments of `camera` that overlap that span or day, newest first. */
export function useDaySegments(camera: string, day: Span, isToday: boolean) {
  const query = useInfiniteQuery(RecordingService.method.listSegments, dayInput(camera, day), {
    pageParamKey: "pageToken",
    getNextPageParam: (last) => last.nextPageToken || undefined,
    refetchInterval: isToday ? LIST_REFRESH_MS : false,
  });
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

/** The segments of a day, as they are asked for. */
export function dayInput(camera: string, day: Span) {
  return {
    camera,
    startTime: timestampFromMs(day.startMs),
    endTime: timestampFromMs(day.endMs),
    pageSize: PAGE_SIZE,
    pageToken: "",
  };
}
