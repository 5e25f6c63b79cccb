/** Listens for the keys of a page. Not here: which those are, and which belong to others (`keys`). */
import { useEffect, useEffectEvent } from "react";
import { isFree, type KeyHandlers, keyName, repeats } from "./keys";

/** Calls the handler of a key that is pressed, unless it was meant for a field, a dialog or a menu. */
export function useKeys(handlers: KeyHandlers): void {
  const onKeyDown = useEffectEvent((event: KeyboardEvent) => {
    const key = keyName(event);
    const handler = key === undefined ? undefined : handlers.get(key);
    if (key === undefined || handler === undefined || !isFree(key, event)) {
      return;
    }
    event.preventDefault();
    if (!event.repeat || repeats(key)) {
      handler(key);
    }
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => onKeyDown(event);
    document.documentElement.addEventListener("keydown", listener);
    return () => document.documentElement.removeEventListener("keydown", listener);
  }, []);
}
