/** The keys of the drawing of a graph. Not here: what they do (`components/pipeline/GraphTools`). */
import { type KeyHandlers, type KeyRow, keyHandlers } from "./keys";

export type GraphAction = "zoomIn" | "zoomOut" | "whole" | "readable" | "look";

const GRAPH_KEYS: Readonly<Record<GraphAction, KeyRow>> = {
  zoomIn: { keys: ["+", "="], does: "Zoom in" },
  zoomOut: { keys: ["-"], does: "Zoom out" },
  whole: { keys: ["0"], does: "Whole graph" },
  readable: { keys: ["1"], does: "Readable size" },
  look: {
    keys: ["Shift+ArrowLeft", "Shift+ArrowRight", "Shift+ArrowUp", "Shift+ArrowDown"],
    does: "Look around",
  },
};

export function graphKeyHandlers(
  actions: Readonly<Record<GraphAction, (key: string) => void>>,
): KeyHandlers {
  return keyHandlers(GRAPH_KEYS, actions);
}
