/**
 * The life of one stream that a tab holds open: read it, and make a new one when it ends, fails or
 * goes quiet.
 *
 * Not here: what the messages mean (`cameraWatch`, `noticeWatch`, `segmentWatch`), and React
 * (`useWatchLife`).
 */
import { Code, ConnectError } from "@connectrpc/connect";

/** Heartbeats come every 15 s: two may be lost before the stream counts as dead. */
export const QUIET_LIMIT_MS = 40_000;
/** Waits before the next attempt; the last one repeats. */
export const BACKOFF_MS: readonly number[] = [1_000, 2_000, 4_000, 8_000, 15_000];
/** Each wait is up to this share longer, so that many tabs do not return at once. */
const JITTER = 0.3;

/** The session is over, or the server does not know this stream. */
const REFUSALS: ReadonlySet<Code> = new Set([Code.Unauthenticated, Code.Unimplemented]);

/** How the stream is doing. */
export type WatchState =
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "lost"; retryAtMs: number };

export interface WatchOptions<Message> {
  /** Opens the stream; asked anew for each attempt. May first fetch what the stream continues. */
  open: (signal: AbortSignal) => AsyncIterable<Message> | Promise<AsyncIterable<Message>>;
  /** Takes a message; true: it shows that the stream does its work. */
  onMessage: (message: Message) => boolean | Promise<boolean>;
  /** 0 to 1, for the jitter. */
  random?: (() => number) | undefined;
}

/** What runs a watch needs of it. */
export interface Watched {
  start: () => void;
  stop: () => void;
  retryNow: () => void;
}

export class Watch<Message> implements Watched {
  readonly #options: WatchOptions<Message>;
  readonly #listeners = new Set<() => void>();
  #state: WatchState = { kind: "connecting" };
  #failures = 0;
  #stopped = new AbortController();
  #wake: (() => void) | undefined;

  constructor(options: WatchOptions<Message>) {
    this.#options = options;
  }

  readonly state = (): WatchState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Keeps a stream open until `stop`. */
  start(): void {
    this.#stopped.abort();
    this.#wake?.();
    this.#stopped = new AbortController();
    this.#failures = 0;
    void this.#run(this.#stopped.signal);
  }

  /** Ends the stream and any waiting. */
  stop(): void {
    this.#stopped.abort();
    this.#wake?.();
  }

  /** Skips the wait before the next attempt. */
  readonly retryNow = (): void => {
    this.#wake?.();
  };

  async #run(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      this.#become({ kind: "connecting" });
      const end = await this.#stream(stopped);
      if (stopped.aborted || end === "refused") {
        return;
      }
      const waitMs = this.#nextWaitMs();
      this.#become({ kind: "lost", retryAtMs: Date.now() + waitMs });
      await this.#sleep(waitMs);
    }
  }

  /** Reads one stream to its end. "refused": asking again would be answered the same. */
  async #stream(stopped: AbortSignal): Promise<"ended" | "refused"> {
    const quiet = new AbortController();
    let quietTimer = setTimeout(() => quiet.abort(), QUIET_LIMIT_MS);
    try {
      const messages = await this.#options.open(AbortSignal.any([stopped, quiet.signal]));
      for await (const message of messages) {
        if (stopped.aborted) {
          return "ended";
        }
        clearTimeout(quietTimer);
        quietTimer = setTimeout(() => quiet.abort(), QUIET_LIMIT_MS);
        if (await this.#options.onMessage(message)) {
          this.#failures = 0;
          this.#become({ kind: "live" });
        }
      }
      return "ended";
    } catch (error) {
      return REFUSALS.has(ConnectError.from(error).code) ? "refused" : "ended";
    } finally {
      clearTimeout(quietTimer);
    }
  }

  #nextWaitMs(): number {
    const random = this.#options.random ?? Math.random;
    const base = BACKOFF_MS[Math.min(this.#failures, BACKOFF_MS.length - 1)] ?? 15_000;
    this.#failures += 1;
    return base * (1 + JITTER * random());
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #become(state: WatchState): void {
    if (state.kind === "live" && this.#state.kind === "live") {
      return;
    }
    this.#state = state;
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
