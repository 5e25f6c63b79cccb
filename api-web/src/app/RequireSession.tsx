/** Lets only those in who are signed in; others go to sign in and come back. */
import { useQuery } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Navigate, Outlet, useLocation } from "react-router";
import { CameraWatchProvider } from "../api/CameraWatchProvider";
import { EventWatchProvider } from "../api/EventWatchProvider";
import { NoticeWatchProvider } from "../api/NoticeWatchProvider";
import { useSession } from "../api/SessionProvider";
import { AuthService } from "../gen/ronin/v1/auth_pb";
import { signInPath } from "../lib/returnPath";
import { NoticeToasts } from "./NoticeToasts";
import { Shell } from "./Shell";

export function RequireSession() {
  const { isSignedIn } = useSession();
  const location = useLocation();
  const client = useQueryClient();
  useEffect(() => {
    if (!isSignedIn) {
      // What the last person saw is not the next person's to see.
      client.clear();
    }
  }, [isSignedIn, client]);

  if (!isSignedIn) {
    return <Navigate to={signInPath(`${location.pathname}${location.search}`)} replace />;
  }
  return (
    <CameraWatchProvider>
      <NoticeWatchProvider>
        <EventWatchProvider>
          <SignedIn />
        </EventWatchProvider>
        <NoticeToasts />
      </NoticeWatchProvider>
    </CameraWatchProvider>
  );
}

function SignedIn() {
  const session = useQuery(AuthService.method.getSession, {});
  return (
    <Shell user={session.data?.user}>
      <Outlet />
    </Shell>
  );
}
