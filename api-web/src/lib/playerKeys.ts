/** The keys of the footage player. Not here: what they do (`components/recordings/FootagePlayer`). */

export type PlayerAction =
  | "toggle"
  | "back10"
  | "on10"
  | "rewind"
  | "stop"
  | "forward"
  | "pictureBack"
  | "pictureOn"
  | "slower"
  | "faster"
  | "help";

export interface Key {
  /** As browsers name it. */
  key: string;
  /** What it does, in a few words. */
  words: string;
}

export interface PlayerKey extends Key {
  action: PlayerAction;
  /** Whether holding it does it again and again. */
  repeats?: true;
}

export const PLAYER_KEYS: readonly PlayerKey[] = [
  { action: "toggle", key: " ", words: "Play or pause" },
  { action: "back10", key: "ArrowLeft", words: "10 s back", repeats: true },
  { action: "on10", key: "ArrowRight", words: "10 s on", repeats: true },
  { action: "rewind", key: "j", words: "Go back; again: faster" },
  { action: "stop", key: "k", words: "Stop, and back to 1×" },
  { action: "forward", key: "l", words: "Play; again: faster" },
  { action: "pictureBack", key: ",", words: "Pause, and one picture back", repeats: true },
  { action: "pictureOn", key: ".", words: "Pause, and one picture on", repeats: true },
  { action: "slower", key: "<", words: "Slower" },
  { action: "faster", key: ">", words: "Faster" },
  { action: "help", key: "?", words: "Show these keys" },
];

/** What a key asks the player for; undefined where it belongs to what has the focus. */
export function playerKey(event: KeyboardEvent): PlayerKey | undefined {
  const { ctrlKey, metaKey, altKey, defaultPrevented, target } = event;
  // With the capital letters locked it is the same key.
  const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (ctrlKey || metaKey || altKey || defaultPrevented || !isFree(name, target)) {
    return undefined;
  }
  return PLAYER_KEYS.find(({ key }) => key === name);
}

/** " " → "Space": as it stands on the key. */
export function keyName(key: string): string {
  return NAMES.get(key) ?? key.toUpperCase();
}

const NAMES: ReadonlyMap<string, string> = new Map([
  [" ", "Space"],
  ["ArrowLeft", "←"],
  ["ArrowRight", "→"],
  ["Home", "Home"],
  ["End", "End"],
  ["Enter", "Enter"],
]);

const TYPED_IN =
  'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable="true"], [role="dialog"]';
/** What uses the arrows and the space bar itself; browsers do so in their controls of a video. */
const MOVED = '[role="slider"], [role="radio"], [role="menu"], input, table, video';
const PRESSED = "button, a, summary";

function isFree(key: string, target: EventTarget | null): boolean {
  if (!(target instanceof Element)) {
    return true;
  }
  const isIn = (selector: string) => target.closest(selector) !== null;
  if (isIn(TYPED_IN) || (key === " " && isIn(PRESSED))) {
    return false;
  }
  return !(key === " " || key.startsWith("Arrow")) || !isIn(MOVED);
}
