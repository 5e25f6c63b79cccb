/**
 * The one stream a tab holds open: feeds each change of a camera into the query cache, and makes a
 * new stream when this one ends, fails or goes quiet.
 *
 * Not here: what is shown of a camera, and React (`CameraWatchProvider`).
 */
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import type { QueryClient } from "@tanstack/react-query";
import { CameraService, type WatchCamerasResponse } from "../gen/ronin/v1/camera_pb";
import { cameraListKey, patchCameras, replaceCameras, withCamera, withoutCamera } from "./cameras";

/** Heartbeats come every 15 s: two may be lost before the stream counts as dead. */
export const QUIET_LIMIT_MS = 40_000;
/** Waits before the next attempt; the last one repeats. */
export const BACKOFF_MS: readonly number[] = [1_000, 2_000, 4_000, 8_000, 15_000];
/** Each wait is up to this share longer, so that many tabs do not return at once. */
const JITTER = 0.3;

/** How the stream is doing. */
export type WatchState =
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "lost"; retryAtMs: number };

interface Options {
  transport: Transport;
  queryClient: QueryClient;
  /** 0 to 1, for the jitter. */
  random?: () => number;
}

export class CameraWatch {
  readonly #options: Options;
  readonly #listeners = new Set<() => void>();
  #state: WatchState = { kind: "connecting" };
  #failures = 0;
  #stopped = new AbortController();
  #wake: (() => void) | undefined;

  constructor(options: Options) {
    this.#options = options;
  }

  readonly state = (): WatchState => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Keeps a stream open until `stop`. */
  start(): void {
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

  /** Reads one stream to its end. "refused": the session is over and there is nothing to retry. */
  async #stream(stopped: AbortSignal): Promise<"ended" | "refused"> {
    const quiet = new AbortController();
    let quietTimer = setTimeout(() => quiet.abort(), QUIET_LIMIT_MS);
    try {
      const client = createClient(CameraService, this.#options.transport);
      const messages = client.watchCameras(
        {},
        { signal: AbortSignal.any([stopped, quiet.signal]), timeoutMs: 0 },
      );
      for await (const message of messages) {
        if (stopped.aborted) {
          return "ended";
        }
        clearTimeout(quietTimer);
        quietTimer = setTimeout(() => quiet.abort(), QUIET_LIMIT_MS);
        await this.#apply(message.event);
      }
      return "ended";
    } catch (error) {
      return ConnectError.from(error).code === Code.Unauthenticated ? "refused" : "ended";
    } finally {
      clearTimeout(quietTimer);
    }
  }

  async #apply(event: WatchCamerasResponse["event"]): Promise<void> {
    const { queryClient, transport } = this.#options;
    switch (event.case) {
      case "snapshot":
        // A list that was asked for earlier must not arrive later and overwrite this one.
        await queryClient.cancelQueries({ queryKey: cameraListKey(transport) });
        replaceCameras(queryClient, transport, event.value.cameras);
        this.#failures = 0;
        this.#become({ kind: "live" });
        break;
      case "changed":
        patchCameras(queryClient, transport, (cameras) => withCamera(cameras, event.value));
        break;
      case "removed":
        patchCameras(queryClient, transport, (cameras) => withoutCamera(cameras, event.value));
        break;
      case "heartbeat":
      case undefined:
        break;
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
    this.#state = state;
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
