/** Listens for the keys of the footage player while it is open. */
import { useEffect, useRef } from "react";
import { type PlayerAction, playerAction } from "../../lib/playerKeys";

export function usePlayerKeys(actions: Readonly<Record<PlayerAction, () => void>>): void {
  const latest = useRef(actions);
  latest.current = actions;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const action = playerAction(event);
      if (action !== undefined) {
        event.preventDefault();
        latest.current[action]();
      }
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
}
