/**
 * Follows what is kept in lists and told as it changes: each change goes into the cached lists.
 * Behind a connection that broke it goes on from the last change that was received.
 *
 * Not here: how the stream is kept open (`watch`), and what is followed (`exportWatch`, `jobWatch`).
 */
import type { CallOptions } from "@connectrpc/connect";
import type { QueryClient, QueryKey } from "@tanstack/react-query";
import { Watch } from "./watch";

/** What has to be asked for again is so at most this often: what runs tells it twice a second. */
export const ASK_EVERY_MS = 2_000;

/** A message of such a stream. */
interface ChangeMessage<Change> {
  event:
    | { case: "change"; value: Change }
    | { case: "listAgain" | "heartbeat"; value: unknown }
    | { case: undefined; value?: undefined };
}

interface Options<Change> {
  queryClient: QueryClient;
  /** Opens the stream behind a change; "": from now on. */
  open: (resumeToken: string, options: CallOptions) => AsyncIterable<ChangeMessage<Change>>;
  /** Puts what changed into the lists. True where one is being asked for: its answer may be older. */
  take: (change: Change) => boolean;
  /** Every list of them. */
  listsKey: QueryKey;
  /** 0 to 1, for the jitter. */
  random?: (() => number) | undefined;
}

export class ChangeWatch<Change extends { resumeToken: string }> extends Watch<
  ChangeMessage<Change>
> {
  constructor(options: Options<Change>) {
    const feed = new ChangeFeed(options);
    super({ open: feed.open, onMessage: feed.take, random: options.random });
  }
}

class ChangeFeed<Change extends { resumeToken: string }> {
  readonly #options: Options<Change>;
  #resumeToken = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options<Change>) {
    this.#options = options;
  }

  readonly open = (signal: AbortSignal): AsyncIterable<ChangeMessage<Change>> => {
    const isFromNow = this.#resumeToken === "";
    return this.#options.open(this.#resumeToken, {
      signal,
      timeoutMs: 0,
      // The stream has begun: what came between the list and that is on the next list.
      onHeader: () => isFromNow && this.#listAgain(),
    });
  };

  readonly take = ({ event }: ChangeMessage<Change>): boolean => {
    if (event.case === "listAgain") {
      // The old token leads nowhere any more; the next change brings one.
      this.#resumeToken = "";
      this.#listAgain();
    }
    if (event.case === "change") {
      this.#resumeToken = event.value.resumeToken || this.#resumeToken;
      if (this.#options.take(event.value)) {
        this.#listAgain();
      }
    }
    return event.case !== undefined;
  };

  #listAgain(): void {
    const { queryClient, listsKey: queryKey } = this.#options;
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
