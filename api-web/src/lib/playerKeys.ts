/** The keys of the footage player. Not here: what they do (`components/recordings/FootagePlayer`). */

export type PlayerAction = "pictureBack" | "pictureOn" | "slower" | "faster";

export interface PlayerKey {
  action: PlayerAction;
  /** As browsers name them. */
  keys: readonly string[];
  /** What it does, in a few words. */
  words: string;
}

export const PLAYER_KEYS: readonly PlayerKey[] = [
  { action: "pictureBack", keys: [","], words: "Pause, and one picture back" },
  { action: "pictureOn", keys: ["."], words: "Pause, and one picture on" },
  { action: "slower", keys: ["<"], words: "Slower" },
  { action: "faster", keys: [">"], words: "Faster" },
];

/** What a key asks the player for; undefined where it belongs to what has the focus. */
export function playerAction(event: KeyboardEvent): PlayerAction | undefined {
  const { key, ctrlKey, metaKey, altKey, defaultPrevented, target } = event;
  if (ctrlKey || metaKey || altKey || defaultPrevented || !isFree(key, target)) {
    return undefined;
  }
  return PLAYER_KEYS.find(({ keys }) => keys.includes(key))?.action;
}

const TYPED_IN =
  'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable="true"], [role="dialog"]';
/** What arrows and the space bar are used by. */
const MOVED = '[role="slider"], [role="radio"], [role="menu"], input, table';
const PRESSED = "button, a, summary";

function isFree(key: string, target: EventTarget | null): boolean {
  if (!(target instanceof Element)) {
    return true;
  }
  if (target.closest(TYPED_IN) !== null) {
    return false;
  }
  if (key === " " && target.closest(PRESSED) !== null) {
    return false;
  }
  return !(key === " " || key.startsWith("Arrow")) || target.closest(MOVED) === null;
}
