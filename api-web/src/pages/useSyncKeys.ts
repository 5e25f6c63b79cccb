/** What can be done with all cameras of the footage page, and the keys that do it. */
import { keyHandlers } from "../lib/keys";
import { SYNC_KEYS } from "../lib/syncKeys";
import { useKeys } from "../lib/useKeys";
import { nextSpeed } from "../live/speeds";
import type { SyncedFootage } from "../live/syncedFootage";

interface Options {
  synced: SyncedFootage;
  /** How far the arrow keys lead. */
  stepMs: number;
  /** The camera whose pictures are gone through, by id. */
  lead: string;
  /** By its place, from 0. */
  onLarge: (place: number) => void;
  onAlike: () => void;
  onSound: () => void;
  /** To the event before (-1) or the next one (1). */
  onEvent: (direction: 1 | -1) => void;
  /** Shows boxes around objects, or none. */
  onBoxes: () => void;
  onHelp: () => void;
}

export function useSyncKeys(options: Options) {
  const { synced, stepMs, lead, onLarge, onAlike, onSound, onEvent, onBoxes, onHelp } = options;
  const toggle = () => (synced.view().isPlaying ? synced.pause() : synced.play());
  const step = (byMs: number) => synced.seek(synced.view().wallMs + byMs);
  const picture = (direction: 1 | -1) => synced.stepPicture(direction, lead);
  const change = (direction: 1 | -1) => synced.setSpeed(nextSpeed(synced.view().speed, direction));
  useKeys(
    keyHandlers(SYNC_KEYS, {
      toggle,
      back10: () => step(-stepMs),
      on10: () => step(stepMs),
      stop: () => {
        synced.pause();
        synced.setSpeed(1);
      },
      forward: () => (synced.view().isPlaying ? change(1) : synced.play()),
      pictureBack: () => picture(-1),
      pictureOn: () => picture(1),
      eventBack: () => onEvent(-1),
      eventOn: () => onEvent(1),
      boxes: onBoxes,
      slower: () => change(-1),
      faster: () => change(1),
      large: (key) => onLarge(Number(key) - 1),
      alike: onAlike,
      sound: onSound,
      help: onHelp,
    }),
  );
  return { toggle, step, picture };
}
