/**
 * Keys of a page: their names, which of them are the page's and which belong to what has the focus,
 * and the tables that say what they do. Not here: who listens (`useKeys`), which keys a page has.
 */

/** Called with the key that was pressed. */
export type KeyHandlers = ReadonlyMap<string, (key: string) => void>;

/** What keys do: one row of a table, for whoever acts on them and for the help that lists them. */
export interface KeyRow {
  /** Names as of `keyName`. */
  keys: readonly string[];
  does: string;
}

/** Rows that belong together in the help. */
export interface KeyGroup {
  /** When or where they act. */
  title: string;
  rows: readonly KeyRow[];
}

/** Handlers for the keys of these actions; the others are somebody else's. */
export function keyHandlers<Action extends string>(
  table: Readonly<Record<Action, KeyRow>>,
  actions: Readonly<Partial<Record<Action, (key: string) => void>>>,
): KeyHandlers {
  const entries = Object.entries(actions) as [Action, (key: string) => void][];
  return new Map(
    entries.flatMap(([action, act]) => table[action].keys.map((key) => [key, act] as const)),
  );
}

/**
 * By what is printed on it, wherever it lies: "f", "+", " ", "ArrowLeft", "Shift+ArrowLeft";
 * undefined for keys that belong to the browser.
 */
export function keyName(event: KeyboardEvent): string | undefined {
  const { key, shiftKey, ctrlKey, altKey, metaKey } = event;
  if (ctrlKey || altKey || metaKey) {
    return undefined;
  }
  if (key.length === 1) {
    // With the capital letters locked it is the same key.
    return key.toLowerCase();
  }
  return shiftKey ? `Shift+${key}` : key;
}

/** Whether a key is the page's, and not that of what has the focus, a dialog or a menu. */
export function isFree(key: string, { target, defaultPrevented }: KeyboardEvent): boolean {
  if (defaultPrevented || !(target instanceof Element)) {
    return !defaultPrevented;
  }
  const isIn = (selector: string) => target.closest(selector) !== null;
  if (isIn(TAKES_ALL)) {
    return false;
  }
  if (key === " ") {
    return !isIn(PRESSED) && !isIn(MOVED);
  }
  return !key.includes("Arrow") || !isIn(MOVED);
}

const TAKES_NOT_ALL = ["radio", "checkbox", "range", "button", "submit", "reset"];
const TAKES_ALL = [
  `input${TAKES_NOT_ALL.map((type) => `:not([type="${type}"])`).join("")}`,
  "textarea",
  "select",
  '[contenteditable="true"]',
  '[role="dialog"]',
  '[role="menu"]',
].join(", ");
/** What uses the arrows and the space bar itself; browsers do so in their controls of a video. */
const MOVED = [
  '[role="slider"]',
  '[role="radio"]',
  'input[type="radio"]',
  'input[type="range"]',
  "table",
  "video",
].join(", ");
const PRESSED = "button, a, summary, input";

/** A key that is held goes on moving things; everything else happens once. */
export function repeats(key: string): boolean {
  return /^(Shift\+)?Arrow|^[+\-,.]$/.test(key);
}

const SIGNS: Readonly<Record<string, string>> = {
  " ": "Space",
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  "-": "−",
};

/** What is printed on a key: "Shift ←", "F", "Space". */
export function keySign(key: string): string {
  const parts = key.startsWith("Shift+") ? ["Shift", key.replace("Shift+", "")] : [key];
  return parts
    .map((part) => SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(" ");
}
