/** A list of events that does not move while it is read: what is new waits until it is wanted. */
import { useLayoutEffect, useState } from "react";
import type { Event } from "../gen/ronin/v1/event_pb";
import { admitted } from "../lib/eventArrivals";

interface Options {
  /** All that are known, newest first; undefined while they are asked for. */
  events: readonly Event[] | undefined;
  /** Another list has another key, and is shown whole. */
  key: string;
  isReading: boolean;
}

export function useHeldEvents({ events, key, isReading }: Options) {
  const [shown, setShown] = useState<{ key: string; names: ReadonlySet<string> }>();
  useLayoutEffect(() => {
    if (events === undefined) {
      return;
    }
    setShown((old) => {
      const isSame = old?.key === key;
      const names = isSame && isReading ? admitted(events, old.names) : namesOf(events);
      return isSame && areEqual(old.names, names) ? old : { key, names };
    });
  }, [events, key, isReading]);

  const names = shown?.key === key ? shown.names : undefined;
  const visible = names ? events?.filter(({ name }) => names.has(name)) : events;
  return {
    visible,
    /** How many wait. */
    held: (events?.length ?? 0) - (visible?.length ?? 0),
    showAll: () => events && setShown({ key, names: namesOf(events) }),
  };
}

function namesOf(events: readonly Event[]): ReadonlySet<string> {
  return new Set(events.map(({ name }) => name));
}

function areEqual(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((name) => b.has(name));
}
