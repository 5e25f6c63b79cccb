/** The keys of the page with several cameras. Not here: what they do (`pages/FootagePage`). */
import type { KeyRow } from "./keys";
import { PLAYER_KEYS, type PlayerAction } from "./playerKeys";

/** No browser goes back by itself, and several players cannot be moved back step by step. */
type SharedAction = Exclude<PlayerAction, "rewind">;
export type SyncAction = SharedAction | "large" | "alike" | "sound";

const { rewind: _, ...SHARED } = PLAYER_KEYS;

export const SYNC_KEYS: Readonly<Record<SyncAction, KeyRow>> = {
  ...SHARED,
  large: {
    keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"],
    does: "Make that camera large; again: all alike",
  },
  alike: { keys: ["Escape"], does: "Show all cameras alike" },
  sound: { keys: ["m"], does: "Sound of the large or the first camera, on or off" },
};
