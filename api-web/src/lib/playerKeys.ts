/** The keys of the footage player. Not here: what they do (`components/recordings/FootagePlayer`). */
import type { KeyRow } from "./keys";

export type PlayerAction =
  | "toggle"
  | "back10"
  | "on10"
  | "rewind"
  | "stop"
  | "forward"
  | "pictureBack"
  | "pictureOn"
  | "eventBack"
  | "eventOn"
  | "boxes"
  | "slower"
  | "faster"
  | "help";

export const PLAYER_KEYS: Readonly<Record<PlayerAction, KeyRow>> = {
  toggle: { keys: [" "], does: "Play or pause" },
  back10: { keys: ["ArrowLeft"], does: "10 s back" },
  on10: { keys: ["ArrowRight"], does: "10 s on" },
  rewind: { keys: ["j"], does: "Go back; again: faster" },
  stop: { keys: ["k"], does: "Stop, and back to 1×" },
  forward: { keys: ["l"], does: "Play; again: faster" },
  pictureBack: { keys: [","], does: "Pause, and one picture back" },
  pictureOn: { keys: ["."], does: "Pause, and one picture on" },
  eventBack: { keys: ["p"], does: "Event before" },
  eventOn: { keys: ["n"], does: "Next event" },
  boxes: { keys: ["b"], does: "Boxes around objects, or none" },
  slower: { keys: ["<"], does: "Slower" },
  faster: { keys: [">"], does: "Faster" },
  help: { keys: ["?"], does: "Show these keys" },
};
