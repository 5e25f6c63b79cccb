/** The keys of the pages of events. Not here: what they do (`pages/EventsPage`, `pages/EventPage`). */
import type { KeyRow } from "./keys";

export type EventListAction =
  | "next"
  | "previous"
  | "around"
  | "open"
  | "review"
  | "undo"
  | "why"
  | "close"
  | "help";

export const EVENT_LIST_KEYS: Readonly<Record<EventListAction, KeyRow>> = {
  next: { keys: ["j"], does: "Next event" },
  previous: { keys: ["k"], does: "Event before" },
  around: {
    keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"],
    does: "Event beside, above or below, when one has the focus",
  },
  open: { keys: ["Enter"], does: "Open the event" },
  review: { keys: ["r"], does: "Mark it as reviewed; again: as not reviewed" },
  undo: { keys: ["u"], does: "Undo the last marks" },
  why: { keys: ["w"], does: "Why it is an event" },
  close: { keys: ["Escape"], does: "Close what is open" },
  help: { keys: ["?"], does: "Show these keys" },
};

export type EventAction = "review" | "why" | "close";

/** On the page of one event; the others there are those of the player. */
export const EVENT_KEYS: Readonly<Record<EventAction, KeyRow>> = {
  review: EVENT_LIST_KEYS.review,
  why: { keys: ["w"], does: "Go to why it is an event" },
  close: { keys: ["Escape"], does: "Back to the list" },
};
