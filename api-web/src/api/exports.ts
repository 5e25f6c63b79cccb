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

const PAGE_SIZE = 20;
/** The watch tells of each change; what others deleted, and what was kept long enough, it cannot. */
const LIST_REFRESH_MS = 60_000;

type Pages = InfiniteData<ListExportsResponse>;

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
        patchPages(client, transport, (exports) => exports.filter((one) => one.name !== name));
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
  client.setQueriesData<Pages>({ queryKey }, (old) => old && withExport(old, exported));
  return client.isFetching({ queryKey }) > 0;
}

function patchPages(
  client: QueryClient,
  transport: Transport,
  change: (exports: Export[]) => Export[],
): void {
  client.setQueriesData<Pages>({ queryKey: exportsKey(transport) }, (old) => {
    const pages = old?.pages.map((page) => ({ ...page, exports: change(page.exports) }));
    return old && pages && { ...old, pages };
  });
}

/** The list with the export in the place of its older self, or where it belongs by its age. */
function withExport(list: Pages, exported: Export): Pages {
  const isIt = ({ name }: Export) => name === exported.name;
  const isOlder = (one: Export) => madeMs(one) <= madeMs(exported);
  const last = list.pages.length - 1;
  const known = list.pages.findIndex(({ exports }) => exports.some(isIt));
  const before = list.pages.findIndex(({ exports }) => exports.some(isOlder));
  if (known === -1 && before === -1 && list.pages[last]?.nextPageToken !== "") {
    // It is on a page that is not read yet.
    return list;
  }
  const put = (exports: Export[]) => {
    if (known !== -1) {
      return exports.map((one) => (isIt(one) ? exported : one));
    }
    const place = before === -1 ? exports.length : exports.findIndex(isOlder);
    return exports.toSpliced(place, 0, exported);
  };
  const at = known !== -1 ? known : before !== -1 ? before : last;
  const pages = list.pages.map((page, index) =>
    index === at ? { ...page, exports: put(page.exports) } : page,
  );
  return { ...list, pages };
}

function madeMs({ job }: Export): number {
  return timestampMs(job?.createTime) ?? 0;
}
