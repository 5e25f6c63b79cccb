/** Shows one element of the page in full screen. */
import { type RefObject, useEffect, useEffectEvent, useRef, useSyncExternalStore } from "react";

export interface FullScreen<T extends HTMLElement> {
  /** For the element. */
  ref: RefObject<T | null>;
  /** Whether this browser has full screen for elements: phones may not. */
  isAvailable: boolean;
  isOn: boolean;
  /** Asked for by a click or key, else browsers refuse. */
  enter: () => Promise<void>;
  leave: () => Promise<void>;
}

/** Calls `onLeft` when full screen was left, by whatever way. */
export function useFullScreen<T extends HTMLElement>(onLeft: () => void): FullScreen<T> {
  const ref = useRef<T>(null);
  const isOn = useSyncExternalStore(
    subscribe,
    () => ref.current !== null && document.fullscreenElement === ref.current,
  );
  const onChange = useEffectEvent(() => {
    if (document.fullscreenElement === null) {
      onLeft();
    }
  });
  useEffect(() => subscribe(() => onChange()), []);

  return {
    ref,
    isAvailable: document.fullscreenEnabled === true,
    isOn,
    enter: async () => ref.current?.requestFullscreen(),
    leave: () => document.exitFullscreen(),
  };
}

function subscribe(listener: () => void): () => void {
  document.addEventListener("fullscreenchange", listener);
  return () => document.removeEventListener("fullscreenchange", listener);
}
