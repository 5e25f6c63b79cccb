/**
 * Runs the watch of events while somebody is signed in and a page shows events: one for the tab. A
 * page that shows other things leaves its connection to them.
 */
import { useTransport } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import { EventWatch } from "./eventWatch";
import type { OpenLabels } from "./openEvents";
import { useWatchLife } from "./useWatchLife";

interface Events {
  watch: EventWatch;
  /** Keeps the watch running; returns how to stop that. */
  use: () => () => void;
}

const EventContext = createContext<Events | undefined>(undefined);

export function EventWatchProvider({ children }: { children: ReactNode }) {
  const transport = useTransport();
  const queryClient = useQueryClient();
  const [watch] = useState(() => new EventWatch({ transport, queryClient }));
  const [users, setUsers] = useState(0);
  const events = useMemo(
    () => ({
      watch,
      use: () => {
        setUsers((count) => count + 1);
        return () => setUsers((count) => count - 1);
      },
    }),
    [watch],
  );
  return (
    <EventContext value={events}>
      {users > 0 && <Running watch={watch} />}
      {children}
    </EventContext>
  );
}

function Running({ watch }: { watch: EventWatch }) {
  useWatchLife(watch);
  return null;
}

/** Keeps what the page shows of events fresh. */
export function useEventWatch(): EventWatch {
  const events = useContext(EventContext);
  if (events === undefined) {
    throw new Error("events are used outside EventWatchProvider");
  }
  const { watch, use } = events;
  useEffect(use, [use]);
  return watch;
}

/** Classes of what goes on now, by "cameras/{id}". */
export function useOpenEvents(): OpenLabels {
  const { open } = useEventWatch();
  return useSyncExternalStore(open.subscribe, open.labels);
}
