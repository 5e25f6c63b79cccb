/** What is shown of several cameras at one moment, as state: only of what `select` picks. */
import { useSyncExternalStore } from "react";
import type { SyncedFootage, SyncView } from "../../live/syncedFootage";

/** `select` picks the same value, not a new object, while nothing of it changes. */
export function useSynced<T>(synced: SyncedFootage, select: (view: SyncView) => T): T {
  return useSyncExternalStore(synced.subscribe, () => select(synced.view()));
}

/** The moment that is shown, to the given step: exact where nothing moves. */
export function useWallMs(synced: SyncedFootage, stepMs: number): number {
  return useSynced(synced, ({ wallMs, isPlaying }) =>
    isPlaying ? Math.floor(wallMs / stepMs) * stepMs : wallMs,
  );
}
