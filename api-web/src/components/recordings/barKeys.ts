/** The keys of the coverage bar. Not here: those of the player (`lib/playerKeys`). */
import type { KeyboardEvent } from "react";
import type { KeyRow } from "../../lib/keys";
import type { BarWindow } from "./useBarWindow";

export const BAR_KEYS: readonly KeyRow[] = [
  { keys: ["ArrowLeft"], does: "A step back; with Shift ten. Steps fit the zoom" },
  { keys: ["ArrowRight"], does: "A step on; with Shift ten" },
  { keys: ["Home"], does: "First footage of the day" },
  { keys: ["End"], does: "Last footage of the day" },
  { keys: ["Enter"], does: "Play the moment; so does Space" },
  { keys: ["+"], does: "Zoom in" },
  { keys: ["-"], does: "Zoom out" },
  { keys: ["0"], does: "Show the whole day" },
];

interface Steps {
  fromMs: number;
  firstMs: number;
  lastMs: number;
  stepMs: number;
}

/** Where a key leads; undefined for keys that lead nowhere. */
export function stepTo(
  { key, shiftKey }: KeyboardEvent,
  { fromMs, firstMs, lastMs, stepMs: shortMs }: Steps,
): number | undefined {
  const stepMs = (shiftKey ? 10 : 1) * shortMs;
  switch (key) {
    case "ArrowLeft":
    case "ArrowDown":
      return fromMs - stepMs;
    case "ArrowRight":
    case "ArrowUp":
      return fromMs + stepMs;
    case "Home":
      return firstMs;
    case "End":
      return lastMs;
    default:
      return undefined;
  }
}

/** Plus, minus and zero zoom around the moment; says whether the key was one of them. */
export function zoomByKey(event: KeyboardEvent, bar: BarWindow, aroundMs: number): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return false;
  }
  // A moment that is not seen is brought into view first.
  switch (event.key) {
    case "+":
    case "=":
      bar.reveal(aroundMs);
      bar.zoomIn(aroundMs);
      return true;
    case "-":
      bar.reveal(aroundMs);
      bar.zoomOut(aroundMs);
      return true;
    case "0":
      bar.showWhole();
      return true;
    default:
      return false;
  }
}
