/** The keys of the coverage bar. Not here: those of the player (`lib/playerKeys`). */
import type { KeyboardEvent } from "react";
import type { Key } from "../../lib/playerKeys";
import type { BarWindow } from "./useBarWindow";

export const BAR_KEYS: readonly Key[] = [
  { key: "ArrowLeft", words: "A step back; with Shift ten. Steps fit the zoom" },
  { key: "ArrowRight", words: "A step on; with Shift ten" },
  { key: "Home", words: "First footage of the day" },
  { key: "End", words: "Last footage of the day" },
  { key: "Enter", words: "Play the moment; so does Space" },
  { key: "+", words: "Zoom in" },
  { key: "-", words: "Zoom out" },
  { key: "0", words: "Show the whole day" },
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
