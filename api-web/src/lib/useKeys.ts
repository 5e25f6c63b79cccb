/**
 * Single keys that act on a page, by what is printed on them: "+" is that key wherever it lies.
 *
 * Not here: which keys a page has (`live/liveKeys`).
 */
import { useEffect, useEffectEvent } from "react";

export type KeyHandlers = ReadonlyMap<string, (key: string) => void>;

/** A key that is held goes on moving things; everything else happens once. */
const REPEATING = /^(Shift\+)?Arrow|^[+-]$/;
/** Fields that keep only some keys to themselves, unlike those that are typed in. */
const ARROW_FIELDS: ReadonlySet<string> = new Set(["radio", "range"]);
const SILENT_FIELDS: ReadonlySet<string> = new Set(["checkbox", "button", "submit", "reset"]);

/** Calls the handler of a key that is pressed, unless it was meant for a field, a dialog or a menu. */
export function useKeys(handlers: KeyHandlers): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const key = keyName(event);
    const handler = key === undefined ? undefined : handlers.get(key);
    if (key === undefined || handler === undefined || isMeantForElse(event)) {
      return;
    }
    event.preventDefault();
    if (!event.repeat || REPEATING.test(key)) {
      handler(key);
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    document.documentElement.addEventListener("keydown", listener);
    return () => document.documentElement.removeEventListener("keydown", listener);
  }, []);
}

/** "f", "+", "ArrowLeft", "Shift+ArrowLeft"; undefined for keys that belong to the browser. */
export function keyName({
  key,
  shiftKey,
  ctrlKey,
  altKey,
  metaKey,
}: KeyboardEvent): string | undefined {
  if (ctrlKey || altKey || metaKey) {
    return undefined;
  }
  if (key.length === 1) {
    return key.toLowerCase();
  }
  return shiftKey ? `Shift+${key}` : key;
}

function isMeantForElse({ target, key, defaultPrevented }: KeyboardEvent): boolean {
  if (defaultPrevented || !(target instanceof HTMLElement)) {
    return defaultPrevented;
  }
  if (target instanceof HTMLInputElement) {
    const isArrowField = ARROW_FIELDS.has(target.type) && !key.startsWith("Arrow");
    return !isArrowField && !SILENT_FIELDS.has(target.type);
  }
  return (
    target.isContentEditable ||
    target.closest('textarea, select, [role="dialog"], [role="menu"]') !== null
  );
}
