/** Spans whose footage is not deleted: listed, added and taken away. */
import {
  createConnectQueryKey,
  useInfiniteQuery,
  useMutation,
  useTransport,
} from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { RecordingService } from "../gen/ronin/v1/recording_pb";
import { timestampFromMs } from "../lib/time";
import type { Span } from "../lib/timelineSpans";

const PAGE_SIZE = 1000;

/** The protected spans of `camera` ("cameras/{id}"), newest first; undefined: nothing is asked. */
export function useProtectedSpans(camera: string | undefined) {
  const query = useInfiniteQuery(
    RecordingService.method.listProtectedSpans,
    { camera: camera ?? "", pageSize: PAGE_SIZE, pageToken: "" },
    {
      enabled: camera !== undefined,
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
    },
  );
  const { data } = query;
  const spans = useMemo(() => data?.pages.flatMap((page) => page.spans), [data]);
  return { ...query, spans };
}

export function useProtection() {
  const transport = useTransport();
  const client = useQueryClient();
  const refresh = () =>
    client.invalidateQueries({
      queryKey: createConnectQueryKey({
        schema: RecordingService.method.listProtectedSpans,
        transport,
        cardinality: "infinite",
      }),
    });
  const protect = useMutation(RecordingService.method.protectSpan, { onSuccess: refresh });
  const unprotect = useMutation(RecordingService.method.unprotectSpan, { onSuccess: refresh });
  return {
    protect: (camera: string, span: Span, note: string) =>
      protect.mutateAsync({
        camera,
        startTime: timestampFromMs(span.startMs),
        endTime: timestampFromMs(span.endMs),
        note,
      }),
    unprotect,
  };
}
