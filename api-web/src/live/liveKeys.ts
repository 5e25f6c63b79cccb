/**
 * The keys of the live page: the one table that says which there are, for whoever acts on them and
 * for the help that lists them.
 */
import type { KeyHandlers } from "../lib/useKeys";

export type LiveAction =
  | "automatic"
  | "arrange"
  | "columns"
  | "step"
  | "back"
  | "fullScreen"
  | "mute"
  | "zoomIn"
  | "zoomOut"
  | "whole"
  | "look"
  | "snapshot"
  | "help";

export interface LiveKey {
  keys: readonly string[];
  /** What is on the page while they act. */
  where: "always" | "all cameras" | "one camera";
  does: string;
}

export const LIVE_KEYS: Readonly<Record<LiveAction, LiveKey>> = {
  step: { keys: ["ArrowLeft", "ArrowRight"], where: "always", does: "Previous or next" },
  columns: { keys: ["1", "2", "3", "4"], where: "always", does: "All cameras in so many columns" },
  fullScreen: { keys: ["f"], where: "always", does: "Full screen, and back" },
  back: { keys: ["Escape"], where: "always", does: "Leave full screen, arranging or the camera" },
  help: { keys: ["?"], where: "always", does: "These keys" },
  automatic: { keys: ["0"], where: "all cameras", does: "As many columns as fit" },
  arrange: { keys: ["a"], where: "all cameras", does: "Arrange the cameras, and be done" },
  zoomIn: { keys: ["+"], where: "one camera", does: "Zoom into the picture" },
  zoomOut: { keys: ["-"], where: "one camera", does: "Zoom out of the picture" },
  whole: { keys: ["0"], where: "one camera", does: "Whole picture" },
  look: {
    keys: ["Shift+ArrowLeft", "Shift+ArrowRight", "Shift+ArrowUp", "Shift+ArrowDown"],
    where: "one camera",
    does: "Look around in the picture",
  },
  snapshot: { keys: ["s"], where: "one camera", does: "Save a snapshot" },
  mute: { keys: ["m"], where: "one camera", does: "Sound on or off" },
};

/** Handlers for the keys of these actions; the others are somebody else's. */
export function liveKeyHandlers(
  actions: Readonly<Partial<Record<LiveAction, (key: string) => void>>>,
): KeyHandlers {
  const entries = Object.entries(actions) as [LiveAction, (key: string) => void][];
  return new Map(
    entries.flatMap(([action, act]) => LIVE_KEYS[action].keys.map((key) => [key, act] as const)),
  );
}

const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  "-": "−",
};

/** What is printed on a key: "Shift ←", "F". */
export function keySign(key: string): string {
  const parts = key.startsWith("Shift+") ? ["Shift", key.replace("Shift+", "")] : [key];
  return parts
    .map((part) => SIGNS[part] ?? (part.length === 1 ? part.toUpperCase() : part))
    .join(" ");
}
