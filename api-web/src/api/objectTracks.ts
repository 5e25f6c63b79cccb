/** Where objects were in recorded footage: the events around a moment, with their paths. */
import { createQueryOptions, useTransport } from "@connectrpc/connect-query";
import { type UseQueryResult, useQueries } from "@tanstack/react-query";
import { EventService, type ListEventsResponse } from "../gen/ronin/v1/event_pb";
import { tracksOf } from "../lib/objectTracks";
import { MINUTE_MS, SECOND_MS, timestampFromMs } from "../lib/time";

/** What is asked for at once: each span is asked for once, and kept. */
const PIECE_MS = MINUTE_MS;
/** At 16× it plays in a second. */
const AHEAD_MS = 20 * SECOND_MS;
/** Objects that are still followed, and what is told late. */
const FRESH_MS = MINUTE_MS;
const AGAIN_MS = 2 * SECOND_MS;
const MOST = 100;

/** The objects that were in front of `camera` ("cameras/{id}") around `atMs`. */
export function useObjectTracks(camera: string, atMs: number | undefined) {
  const transport = useTransport();
  return useQueries({
    queries: piecesAt(atMs).map((startMs) => ({
      ...createQueryOptions(
        EventService.method.listEvents,
        {
          cameras: [camera],
          startTime: timestampFromMs(startMs),
          endTime: timestampFromMs(startMs + PIECE_MS),
          pageSize: MOST,
          withPath: true,
        },
        { transport },
      ),
      staleTime: () => (isFresh(startMs) ? 0 : Number.POSITIVE_INFINITY),
      refetchInterval: () => isFresh(startMs) && AGAIN_MS,
    })),
    combine: tracksIn,
  });
}

/** Where the spans begin that hold the moment and what plays next. */
function piecesAt(atMs: number | undefined): number[] {
  const start = (ms: number) => Math.floor(ms / PIECE_MS) * PIECE_MS;
  return atMs === undefined ? [] : [...new Set([start(atMs), start(atMs + AHEAD_MS)])];
}

function isFresh(startMs: number): boolean {
  return Date.now() < startMs + PIECE_MS + FRESH_MS;
}

/** An event that lasts is in several answers: once, as the last of them has it. */
function tracksIn(answers: readonly UseQueryResult<ListEventsResponse>[]) {
  const events = answers.flatMap(({ data }) => data?.events ?? []);
  return tracksOf([...new Map(events.map((event) => [event.name, event])).values()]);
}
