/**
 * Follows notices: each goes into the cached list of the latest ones and to whoever listens. Behind
 * a connection that broke it goes on from the last notice that was received.
 *
 * Not here: how the stream is kept open (`watch`), toasts and the bell (`app`).
 */
import { create } from "@bufbuild/protobuf";
import { createClient, type Transport } from "@connectrpc/connect";
import { createConnectQueryKey, createQueryOptions } from "@connectrpc/connect-query";
import type { QueryClient } from "@tanstack/react-query";
import {
  type ListNoticesResponse,
  ListNoticesResponseSchema,
  type Notice,
  SystemService,
  type WatchNoticesResponse,
} from "../gen/ronin/v1/system_pb";
import { Watch } from "./watch";

/** What the bell counts; older ones are on the page of all notices. */
export const LATEST_INPUT = { pageSize: 50 } as const;
/** Filtered lists are asked for again at most this often while notices come in. */
const LISTS_EVERY_MS = 1_000;

interface Options {
  transport: Transport;
  queryClient: QueryClient;
  /** 0 to 1, for the jitter. */
  random?: () => number;
}

export class NoticeWatch extends Watch<WatchNoticesResponse> {
  readonly #noticeListeners: Set<(notice: Notice) => void>;

  constructor(options: Options) {
    const listeners = new Set<(notice: Notice) => void>();
    const feed = new NoticeFeed(options, (notice) => {
      for (const listener of listeners) {
        listener(notice);
      }
    });
    super({ open: feed.open, onMessage: feed.take, random: options.random });
    this.#noticeListeners = listeners;
  }

  /** Calls `listener` for each notice that comes in; returns how to stop that. */
  readonly onNotice = (listener: (notice: Notice) => void): (() => void) => {
    this.#noticeListeners.add(listener);
    return () => this.#noticeListeners.delete(listener);
  };
}

class NoticeFeed {
  readonly #options: Options;
  readonly #tell: (notice: Notice) => void;
  #resumeToken = "";
  /** Whether notices may have come between the list and the beginning of the stream. */
  #mayLack = false;
  #listsTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options, tell: (notice: Notice) => void) {
    this.#options = options;
    this.#tell = tell;
  }

  readonly open = async (signal: AbortSignal): Promise<AsyncIterable<WatchNoticesResponse>> => {
    const { transport, queryClient } = this.#options;
    if (this.#resumeToken === "") {
      const latest = await queryClient.fetchQuery({
        ...createQueryOptions(SystemService.method.listNotices, LATEST_INPUT, { transport }),
        staleTime: 0,
      });
      this.#resumeToken = latest.notices[0]?.resumeToken ?? "";
    }
    this.#mayLack = this.#resumeToken === "";
    return createClient(SystemService, transport).watchNotices(
      { resumeToken: this.#resumeToken },
      { signal, timeoutMs: 0 },
    );
  };

  readonly take = async ({ event }: WatchNoticesResponse): Promise<boolean> => {
    if (event.case === "listAgain" || this.#mayLack) {
      this.#mayLack = false;
      // The old token leads nowhere any more: the next stream begins behind the new list.
      this.#resumeToken = "";
      await this.#listAgain();
    }
    if (event.case === "notice") {
      const isKnown = this.#resumeToken !== "" && event.value.resumeToken === this.#resumeToken;
      this.#resumeToken = event.value.resumeToken;
      if (!isKnown) {
        this.#add(event.value);
        this.#tell(event.value);
      }
    }
    return event.case !== undefined;
  };

  async #listAgain(): Promise<void> {
    const { transport, queryClient } = this.#options;
    const filter = { queryKey: noticesKey(transport) };
    await queryClient.invalidateQueries(filter).catch(() => undefined);
  }

  #add(notice: Notice): void {
    const { transport, queryClient } = this.#options;
    queryClient.setQueryData(latestKey(transport), (old: ListNoticesResponse | undefined) =>
      old === undefined ? undefined : withNotice(old, notice),
    );
    // Lists that are filtered: the server knows what belongs there.
    this.#listsTimer ??= setTimeout(() => {
      this.#listsTimer = undefined;
      void queryClient.invalidateQueries({
        queryKey: createConnectQueryKey({
          schema: SystemService.method.listNotices,
          transport,
          cardinality: "infinite",
        }),
      });
    }, LISTS_EVERY_MS);
  }
}

/** The cache key of the latest notices. */
export function latestKey(transport: Transport) {
  return createConnectQueryKey({
    schema: SystemService.method.listNotices,
    input: LATEST_INPUT,
    transport,
    cardinality: "finite",
  });
}

/** Every list of notices, filtered or not. */
function noticesKey(transport: Transport) {
  return createConnectQueryKey({
    schema: SystemService.method.listNotices,
    transport,
    cardinality: undefined,
  });
}

function withNotice(list: ListNoticesResponse, notice: Notice): ListNoticesResponse {
  const others = list.notices.filter(({ name }) => name !== notice.name);
  return create(ListNoticesResponseSchema, {
    notices: [notice, ...others].slice(0, LATEST_INPUT.pageSize),
    nextPageToken: list.nextPageToken,
  });
}
