/**
 * Exports: the list, and how they are made, stopped, done once more and deleted. Not here: the stream
 * that tells changes (`exportWatch`).
 */
import type { Transport } from "@connectrpc/connect";
import {
  createConnectQueryKey,
  useInfiniteQuery,
  useMutation,
  useTransport,
} from "@connectrpc/connect-query";
import { type InfiniteData, type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { type Export, ExportService, type ListExportsResponse } from "../gen/ronin/v1/export_pb";
import { JobService } from "../gen/ronin/v1/job_pb";
import type { ExportOrder } from "../lib/exports";
import { timestampFromMs, timestampMs } from "../lib/time";
import { type ListShape, withItem, withoutItem } from "./newestFirst";

const PAGE_SIZE = 20;
/** The watch tells of each change; what others deleted, and what was kept long enough, it cannot. */
const LIST_REFRESH_MS = 60_000;

type Pages = InfiniteData<ListExportsResponse>;

const LIST: ListShape<ListExportsResponse, Export> = {
  items: ({ exports }) => exports,
  withItems: (page, exports) => ({ ...page, exports }),
  timeMs: ({ job }) => timestampMs(job?.createTime) ?? 0,
};

/** Exports, newest first, page by page. */
export function useExportList() {
  const query = useInfiniteQuery(
    ExportService.method.listExports,
    { pageSize: PAGE_SIZE, pageToken: "" },
    {
      pageParamKey: "pageToken",
      getNextPageParam: (last) => last.nextPageToken || undefined,
      refetchInterval: LIST_REFRESH_MS,
    },
  );
  const { data } = query;
  const exports = useMemo(() => data?.pages.flatMap((page) => page.exports), [data]);
  return { ...query, exports };
}

/** All of them fail with an error of the API. */
export function useExportCalls() {
  const transport = useTransport();
  const client = useQueryClient();
  const create = useMutation(ExportService.method.createExport).mutateAsync;
  const cancel = useMutation(ExportService.method.cancelExport).mutateAsync;
  const retry = useMutation(JobService.method.retryJob).mutateAsync;
  const remove = useMutation(ExportService.method.deleteExport).mutateAsync;
  return useMemo(() => {
    const put = (exported: Export | undefined) => {
      if (exported !== undefined) {
        takeExport(client, transport, exported);
      }
    };
    return {
      create: async ({ cameras, span, title, requestId }: ExportOrder) => {
        const answer = await create({
          cameras: [...cameras],
          startTime: timestampFromMs(span.startMs),
          endTime: timestampFromMs(span.endMs),
          title,
          requestId,
        });
        put(answer.export);
      },
      stop: async ({ name }: Export) => put((await cancel({ name })).export),
      retry: async (exported: Export) => {
        const { job } = await retry({ name: exported.job?.name ?? "" });
        put(job && { ...exported, job });
      },
      remove: async ({ name }: Export) => {
        await remove({ name });
        client.setQueriesData<Pages>(
          { queryKey: exportsKey(transport) },
          (old) => old && withoutItem(old, name, LIST),
        );
        // An answer that is on its way may still have it.
        void client.invalidateQueries({ queryKey: exportsKey(transport) });
      },
    };
  }, [client, transport, create, cancel, retry, remove]);
}

/** The list of exports. */
export function exportsKey(transport: Transport) {
  return createConnectQueryKey({
    schema: ExportService.method.listExports,
    transport,
    cardinality: "infinite",
  });
}

/**
 * Puts an export, as it is now, into the list. True where the list is being asked for: its answer may
 * be older.
 */
export function takeExport(client: QueryClient, transport: Transport, exported: Export): boolean {
  const queryKey = exportsKey(transport);
  client.setQueriesData<Pages>({ queryKey }, (old) => old && withItem(old, exported, LIST));
  return client.isFetching({ queryKey }) > 0;
}
