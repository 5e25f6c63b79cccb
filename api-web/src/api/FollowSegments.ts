/**
 * Follows the footage of a camera while its day is written: each segment goes into the cached list,
 * and the timeline is asked for again. Draws nothing.
 */
import { createConnectQueryKey, useTransport } from "@connectrpc/connect-query";
import { type InfiniteData, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  type ListSegmentsResponse,
  RecordingService,
  type Segment,
} from "../gen/ronin/v1/recording_pb";
import { timestampMs } from "../lib/time";
import type { Span } from "../lib/timelineSpans";
import { dayInput } from "./recordings";
import { SegmentWatch } from "./segmentWatch";
import { useWatchLife } from "./useWatchLife";

interface Props {
  /** "cameras/{id}"; another camera or day needs another key. */
  camera: string;
  day: Span;
}

export function FollowSegments({ camera, day }: Props) {
  const transport = useTransport();
  const client = useQueryClient();
  const [watch] = useState(() => {
    const listKey = createConnectQueryKey({
      schema: RecordingService.method.listSegments,
      input: dayInput(camera, day),
      transport,
      pageParamKey: "pageToken",
      cardinality: "infinite",
    });
    const timelineKey = createConnectQueryKey({
      schema: RecordingService.method.getTimeline,
      transport,
      cardinality: "finite",
    });
    return new SegmentWatch({
      transport,
      camera,
      onSegment: (segment) => {
        if ((timestampMs(segment.startTime) ?? 0) < day.endMs) {
          client.setQueryData(listKey, (old) => withSegment(old, segment));
        }
        void client.invalidateQueries({ queryKey: timelineKey });
      },
      onListAgain: () => {
        void client.invalidateQueries({ queryKey: listKey });
        void client.invalidateQueries({ queryKey: timelineKey });
      },
    });
  });
  useWatchLife(watch);
  return null;
}

type Pages = InfiniteData<ListSegmentsResponse>;

/** The list with a new segment at its end; unchanged where the end is not read yet. */
function withSegment(old: Pages | undefined, segment: Segment): Pages | undefined {
  const last = old?.pages.at(-1);
  if (
    old === undefined ||
    last === undefined ||
    last.nextPageToken !== "" ||
    last.segments.some(({ name }) => name === segment.name)
  ) {
    return old;
  }
  const grown = { ...last, segments: [...last.segments, segment] };
  return { ...old, pages: [...old.pages.slice(0, -1), grown] };
}
