/**
 * The keys of the live page: the one table that says which there are, for whoever acts on them and
 * for the help that lists them.
 */
import { type KeyGroup, type KeyHandlers, type KeyRow, keyHandlers } from "../lib/keys";

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
  | "boxes"
  | "help";

export interface LiveKey extends KeyRow {
  /** What is on the page while they act. */
  where: "always" | "all cameras" | "one camera";
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
  boxes: { keys: ["b"], where: "one camera", does: "Boxes around objects, or none" },
  mute: { keys: ["m"], where: "one camera", does: "Sound on or off" },
};

const PLACES: readonly { where: LiveKey["where"]; title: string }[] = [
  { where: "always", title: "Always" },
  { where: "all cameras", title: "With all cameras" },
  { where: "one camera", title: "With one camera" },
];

/** The keys for the help, but for those of what this browser cannot do. */
export function liveKeyGroups(missing: ReadonlySet<LiveAction>): KeyGroup[] {
  const rows = (Object.entries(LIVE_KEYS) as [LiveAction, LiveKey][]).filter(
    ([action]) => !missing.has(action),
  );
  return PLACES.map(({ where, title }) => ({
    title,
    rows: rows.map(([, row]) => row).filter((row) => row.where === where),
  }));
}

/** Handlers for the keys of these actions. */
export function liveKeyHandlers(
  actions: Readonly<Partial<Record<LiveAction, (key: string) => void>>>,
): KeyHandlers {
  return keyHandlers(LIVE_KEYS, actions);
}
