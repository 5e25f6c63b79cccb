/** Listens for the keys of the footage player while it is open. */
import { useEffect, useRef } from "react";
import { type PlayerAction, playerKey } from "../../lib/playerKeys";

export function usePlayerKeys(actions: Readonly<Record<PlayerAction, () => void>>): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const found = playerKey(event);
      if (found === undefined) {
        return;
      }
      event.preventDefault();
      if (!event.repeat || found.repeats) {
        latest.current[found.action]();
      }
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}
