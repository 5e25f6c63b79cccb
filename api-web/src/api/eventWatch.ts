/**
 * Follows events as they open, grow and close: each goes into what is cached of events. Behind a
 * connection that broke it goes on from the last change that was received.
 *
 * Not here: how the stream is kept open (`watch`), and what is cached (`events`).
 */
import { createClient, type Transport } from "@connectrpc/connect";
import type { QueryClient } from "@tanstack/react-query";
import { type Event, EventService, type WatchEventsResponse } from "../gen/ronin/v1/event_pb";
import { eventKeys, eventListsKey, takeEvent, timelinesKey } from "./events";
import { OpenEvents } from "./openEvents";
import { Watch } from "./watch";

/** What goes on as the stream begins: the newest ones, which is where it is. */
const BEGIN_WITH = 20;
/** What has to be asked for again is so at most this often, however many events change. */
export const ASK_EVERY_MS = 2_000;

interface Options {
  transport: Transport;
  queryClient: QueryClient;
  /** 0 to 1, for the jitter. */
  random?: () => number;
}

export class EventWatch extends Watch<WatchEventsResponse> {
  /** What goes on now. */
  readonly open: OpenEvents;

  constructor(options: Options) {
    const open = new OpenEvents();
    const feed = new EventFeed(options, open);
    super({ open: feed.open, onMessage: feed.take, random: options.random });
    this.open = open;
  }
}

class EventFeed {
  readonly #options: Options;
  readonly #open: OpenEvents;
  #resumeToken = "";
  /** Whether lists may lack what came before the next token. */
  #mayLack = false;
  /** Names of events whose path or explanation has changed. */
  readonly #changed = new Set<string>();
  #areListsOld = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options, open: OpenEvents) {
    this.#options = options;
    this.#open = open;
  }

  readonly open = async (signal: AbortSignal): Promise<AsyncIterable<WatchEventsResponse>> => {
    const client = createClient(EventService, this.#options.transport);
    if (this.#resumeToken === "") {
      const mayLack = this.#mayLack;
      this.#mayLack = true;
      const latest = await client.listEvents({ pageSize: BEGIN_WITH }, { signal });
      this.#resumeToken = latest.resumeToken;
      this.#open.clear();
      for (const event of latest.events) {
        this.#open.take(event);
      }
      if (mayLack) {
        await this.#listAgain();
      }
    }
    return client.watchEvents({ resumeToken: this.#resumeToken }, { signal, timeoutMs: 0 });
  };

  readonly take = async ({ event }: WatchEventsResponse): Promise<boolean> => {
    if (event.case === "listAgain") {
      // The old token leads nowhere any more; the next change brings one.
      this.#resumeToken = "";
      this.#open.clear();
      await this.#listAgain();
    }
    if (event.case === "change") {
      this.#resumeToken = event.value.resumeToken || this.#resumeToken;
      if (event.value.event !== undefined) {
        this.#add(event.value.event);
      }
    }
    return event.case !== undefined;
  };

  #add(event: Event): void {
    const { transport, queryClient } = this.#options;
    this.#open.take(event);
    const isAsked = takeEvent(queryClient, transport, event);
    this.#areListsOld ||= isAsked;
    this.#changed.add(event.name);
    this.#timer ??= setTimeout(() => this.#ask(), ASK_EVERY_MS);
  }

  /** Asks for what changes do not tell, where it is shown. */
  #ask(): void {
    const { transport, queryClient } = this.#options;
    this.#timer = undefined;
    for (const name of this.#changed) {
      const { event, explanation } = eventKeys(transport, name);
      void queryClient.invalidateQueries({ queryKey: event });
      void queryClient.invalidateQueries({ queryKey: explanation });
    }
    this.#changed.clear();
    if (this.#areListsOld) {
      this.#areListsOld = false;
      void queryClient.invalidateQueries({ queryKey: eventListsKey(transport) });
    }
  }

  async #listAgain(): Promise<void> {
    const { transport, queryClient } = this.#options;
    await Promise.all(
      [eventListsKey(transport), timelinesKey(transport)].map((queryKey) =>
        queryClient.invalidateQueries({ queryKey }).catch(() => undefined),
      ),
    );
  }
}
