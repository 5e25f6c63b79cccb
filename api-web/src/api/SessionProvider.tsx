/** Gives pages the session: whether somebody is signed in, and how to begin and end that. */
import { createContext, type ReactNode, useContext, useSyncExternalStore } from "react";
import type { Session } from "./session";

const SessionContext = createContext<Session | undefined>(undefined);

export function SessionProvider({ session, children }: { session: Session; children: ReactNode }) {
  return <SessionContext value={session}>{children}</SessionContext>;
}

/** The session of this browser; the component is drawn again when it begins or ends. */
export function useSession(): { isSignedIn: boolean; session: Session } {
  const session = useContext(SessionContext);
  if (session === undefined) {
    throw new Error("useSession is used outside SessionProvider");
  }
  const token = useSyncExternalStore(session.subscribe, session.token);
  return { isSignedIn: token !== undefined, session };
}
