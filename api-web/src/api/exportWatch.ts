/**
 * Follows exports: each change goes into the cached list. Behind a connection that broke it goes on
 * from the last change that was received.
 *
 * Not here: how the stream is kept open (`watch`), and the list (`exports`).
 */
import { createClient, type Transport } from "@connectrpc/connect";
import type { QueryClient } from "@tanstack/react-query";
import { ExportService, type WatchExportsResponse } from "../gen/ronin/v1/export_pb";
import { exportsKey, takeExport } from "./exports";
import { Watch } from "./watch";

/** What has to be asked for again is so at most this often: one that runs tells it twice a second. */
export const ASK_EVERY_MS = 2_000;

interface Options {
  transport: Transport;
  queryClient: QueryClient;
  /** 0 to 1, for the jitter. */
  random?: () => number;
}

export class ExportWatch extends Watch<WatchExportsResponse> {
  constructor(options: Options) {
    const feed = new ExportFeed(options);
    super({ open: feed.open, onMessage: feed.take, random: options.random });
  }
}

class ExportFeed {
  readonly #options: Options;
  #resumeToken = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  readonly open = (signal: AbortSignal): AsyncIterable<WatchExportsResponse> => {
    const isFromNow = this.#resumeToken === "";
    return createClient(ExportService, this.#options.transport).watchExports(
      { resumeToken: this.#resumeToken },
      {
        signal,
        timeoutMs: 0,
        // The stream has begun: what came between the list and that is on the next list.
        onHeader: () => isFromNow && this.#listAgain(),
      },
    );
  };

  readonly take = ({ event }: WatchExportsResponse): boolean => {
    const { transport, queryClient } = this.#options;
    if (event.case === "listAgain") {
      // The old token leads nowhere any more; the next change brings one.
      this.#resumeToken = "";
      this.#listAgain();
    }
    if (event.case === "change") {
      const { export: exported, resumeToken } = event.value;
      this.#resumeToken = resumeToken || this.#resumeToken;
      if (exported !== undefined && takeExport(queryClient, transport, exported)) {
        this.#listAgain();
      }
    }
    return event.case !== undefined;
  };

  #listAgain(): void {
    const { transport, queryClient } = this.#options;
    const queryKey = exportsKey(transport);
    if (queryClient.isFetching({ queryKey }) === 0) {
      void queryClient.invalidateQueries({ queryKey });
      return;
    }
    // The answer that is on its way may be older than what is known.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#listAgain();
    }, ASK_EVERY_MS);
  }
}
