/**
 * Events: lists, one of them, why it is one, and the reader's marks; and how what is cached of them
 * is changed. Not here: the stream that tells changes (`eventWatch`).
 */
import { create } from "@bufbuild/protobuf";
import type { Transport } from "@connectrpc/connect";
import {
  createConnectQueryKey,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useTransport,
} from "@connectrpc/connect-query";
import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import {
  type Event,
  EventService,
  type ExplainEventResponse,
  type GetEventResponse,
  type ListEventsResponse,
} from "../gen/ronin/v1/event_pb";
import {
  type CameraTimeline,
  type GetTimelineResponse,
  RecordingService,
  TimelineEventSchema,
} from "../gen/ronin/v1/recording_pb";
import { type EventFilter, filterSpan, matchesFilter } from "../lib/eventFilter";
import { cameraIdOf, eventSpan } from "../lib/events";
import { timestampFromMs, timestampMs } from "../lib/time";
import { onDay, type Span } from "../lib/timelineSpans";
import { previewPath } from "./media";
import { useModels } from "./models";
import { type ListShape, withItem } from "./newestFirst";

const PAGE_SIZE = 48;
/** Where no stream tells of changes. */
const LATEST_EVERY_MS = 15_000;
/** The most that are marked with one call. */
const MARKS_AT_ONCE = 1000;

type Pages = InfiniteData<ListEventsResponse>;

const LIST: ListShape<ListEventsResponse, Event> = {
  items: ({ events }) => events,
  withItems: (page, events) => ({ ...page, events }),
  timeMs: (event) => eventSpan(event).startMs,
};

/** The events that fit, newest first, page by page. */
export function useEventList(filter: EventFilter) {
  const query = useInfiniteQuery(EventService.method.listEvents, listInput(filter), {
    pageParamKey: "pageToken",
    getNextPageParam: (last) => last.nextPageToken || undefined,
    // Tells what belongs into the list of those that come.
    meta: { filter },
  });
  const { data } = query;
  const events = useMemo(() => data && once(data.pages.flatMap((page) => page.events)), [data]);
  return { ...query, events };
}

/** The list as it is asked for. */
function listInput(filter: EventFilter) {
  const { startMs, endMs } = filterSpan(filter);
  return {
    cameras: filter.cameras.map((id) => `cameras/${id}`),
    labels: [...filter.labels],
    zones: [...filter.zones],
    ...(startMs !== undefined && { startTime: timestampFromMs(startMs) }),
    ...(endMs !== undefined && { endTime: timestampFromMs(endMs) }),
    ...(filter.reviewed !== undefined && { reviewed: filter.reviewed }),
    minScore: filter.minPercent / 100,
    rejected: filter.isRejected,
    pageSize: PAGE_SIZE,
    pageToken: "",
  };
}

/** An event that came while pages were read may be on two of them. */
function once(events: readonly Event[]): Event[] {
  return [...new Map(events.map((event) => [event.name, event])).values()];
}

/** The last events of `camera` ("cameras/{id}"), asked for again and again. */
export function useLatestEvents(camera: string, count: number) {
  return useQuery(
    EventService.method.listEvents,
    { cameras: [camera], pageSize: count },
    { refetchInterval: LATEST_EVERY_MS },
  );
}

/** One event with its path, by id. */
export function useEvent(id: string) {
  return useQuery(EventService.method.getEvent, { name: `events/${id}` });
}

/** What led to an event, by id; nothing is asked while that is undefined. */
export function useExplanation(id: string | undefined) {
  return useQuery(
    EventService.method.explainEvent,
    { name: `events/${id ?? ""}` },
    { enabled: id !== undefined },
  );
}

/** Which classes the models know, and why no objects are looked for, in words; empty: they are. */
export function useDetector() {
  const { data } = useModels();
  return useMemo(
    () => ({
      labels: [...new Set(data?.models.flatMap((model) => model.labels))],
      message: data?.message ?? "",
    }),
    [data],
  );
}

/** Marks events as looked at, or takes the marks away: at once here, then on the server. */
export function useReview() {
  const transport = useTransport();
  const client = useQueryClient();
  const { mutateAsync } = useMutation(EventService.method.updateReview);
  return useMemo(() => {
    const show = (names: readonly string[], reviewed: boolean) => {
      const marked = new Set(names);
      patchEvents(client, transport, (event) =>
        marked.has(event.name) ? { ...event, reviewed } : event,
      );
    };
    /** `names` are those whose mark is the other one. */
    return async (names: readonly string[], reviewed: boolean) => {
      show(names, reviewed);
      try {
        for (let from = 0; from < names.length; from += MARKS_AT_ONCE) {
          await mutateAsync({ names: names.slice(from, from + MARKS_AT_ONCE), reviewed });
        }
      } catch (error) {
        show(names, !reviewed);
        throw error;
      }
      // What came over the stream meanwhile may not have known of it.
      show(names, reviewed);
    };
  }, [client, transport, mutateAsync]);
}

/** Where the picture of an event is: its snapshot, or the footage of the moment in its place. */
export function eventPicture(event: Event): string {
  const bestMs = timestampMs(event.best?.time) ?? eventSpan(event).startMs;
  return event.snapshotPath || previewPath(cameraIdOf(event.camera), bestMs, "large");
}

/** Every list of events, whatever it is filtered by. */
export function eventListsKey(transport: Transport) {
  return createConnectQueryKey({
    schema: EventService.method.listEvents,
    transport,
    cardinality: undefined,
  });
}

/** One event and why it is one. */
export function eventKeys(transport: Transport, name: string) {
  const asked = { input: { name }, transport, cardinality: "finite" } as const;
  return {
    event: createConnectQueryKey({ schema: EventService.method.getEvent, ...asked }),
    explanation: createConnectQueryKey({ schema: EventService.method.explainEvent, ...asked }),
  };
}

/** Every timeline. */
export function timelinesKey(transport: Transport) {
  return createConnectQueryKey({
    schema: RecordingService.method.getTimeline,
    transport,
    cardinality: "finite",
  });
}

/** Replaces every event that is cached by what `change` makes of it. */
function patchEvents(client: QueryClient, transport: Transport, change: (event: Event) => Event) {
  const changed = <Answer extends { event?: Event }>(old: Answer | undefined) =>
    old?.event && { ...old, event: change(old.event) };
  client.setQueriesData<Pages | ListEventsResponse>(
    { queryKey: eventListsKey(transport) },
    (old) => {
      const page = (one: ListEventsResponse) => ({ ...one, events: one.events.map(change) });
      return old && ("pages" in old ? { ...old, pages: old.pages.map(page) } : page(old));
    },
  );
  client.setQueriesData<GetEventResponse>(
    {
      queryKey: createConnectQueryKey({
        schema: EventService.method.getEvent,
        transport,
        cardinality: "finite",
      }),
    },
    changed,
  );
  client.setQueriesData<ExplainEventResponse>(
    {
      queryKey: createConnectQueryKey({
        schema: EventService.method.explainEvent,
        transport,
        cardinality: "finite",
      }),
    },
    changed,
  );
}

/**
 * Puts an event, as it is now, into every list that it belongs to, onto its camera's timelines and
 * in the place of its older self. True where a list is being asked for: its answer may be older.
 */
export function takeEvent(client: QueryClient, transport: Transport, event: Event): boolean {
  let isAsked = false;
  for (const query of client.getQueryCache().findAll({ queryKey: eventListsKey(transport) })) {
    const filter = query.meta?.filter as EventFilter | undefined;
    if (filter !== undefined) {
      isAsked ||= query.state.fetchStatus !== "idle";
      client.setQueryData<Pages>(query.queryKey, (old) => old && withEvent(old, event, filter));
    }
  }
  const { event: key } = eventKeys(transport, event.name);
  client.setQueryData(key, (old: GetEventResponse | undefined) =>
    // Changes are told without the path.
    old === undefined ? undefined : { ...old, event: { ...event, path: old.event?.path ?? [] } },
  );
  for (const query of client.getQueryCache().findAll({ queryKey: timelinesKey(transport) })) {
    const span = query.meta?.span as Span | undefined;
    if (span !== undefined) {
      client.setQueryData<GetTimelineResponse>(
        query.queryKey,
        (old) =>
          old && { ...old, timelines: old.timelines.map((one) => onTimeline(one, event, span)) },
      );
    }
  }
  return isAsked;
}

/** The list with the event in its place by when it began, or in that of its older self. */
function withEvent(list: Pages, event: Event, filter: EventFilter): Pages {
  const isThere = list.pages.some(({ events }) => events.some(({ name }) => name === event.name));
  return isThere || matchesFilter(event, filter) ? withItem(list, event, LIST) : list;
}

function onTimeline(timeline: CameraTimeline, event: Event, span: Span): CameraTimeline {
  const { startMs, endMs } = eventSpan(event);
  // One that is only a moment long is on it too.
  if (timeline.camera !== event.camera || !onDay({ startMs, endMs: endMs + 1 }, span)) {
    return timeline;
  }
  const { name, label, score } = event;
  const mark = create(TimelineEventSchema, {
    name,
    label,
    score,
    startTime: timestampFromMs(startMs),
    endTime: timestampFromMs(endMs),
  });
  const others = timeline.events.filter((other) => other.name !== name);
  return { ...timeline, events: [...others, mark] };
}
