/**
 * What of a list of events is shown while it is read: new ones wait, so that nothing moves under the
 * reader's eyes. Pure; newest first.
 */
import type { Event } from "../gen/ronin/v1/event_pb";
import { eventSpan } from "./events";

/** The names to show: those that were, and what is older than all of them, which was asked for. */
export function admitted(
  events: readonly Event[],
  shown: ReadonlySet<string>,
): ReadonlySet<string> {
  const oldestMs = Math.min(
    ...events.filter(({ name }) => shown.has(name)).map((event) => eventSpan(event).startMs),
  );
  return new Set(
    events
      .filter((event) => shown.has(event.name) || eventSpan(event).startMs <= oldestMs)
      .map(({ name }) => name),
  );
}

/** "3 new events" */
export function newWords(count: number): string {
  return count === 1 ? "1 new event" : `${count} new events`;
}
