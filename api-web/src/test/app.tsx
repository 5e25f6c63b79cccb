/** Runs the whole app against a server made of functions. */
import type { ConnectRouter, Transport } from "@connectrpc/connect";
import { createRouterTransport } from "@connectrpc/connect";
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createMemoryRouter, RouterProvider } from "react-router";
import { createQueryClient } from "../api/ApiProvider";
import { Session } from "../api/session";
import { sessionInterceptor } from "../api/transport";
import { AppFrame } from "../app/AppFrame";
import { routes } from "../app/routes";

interface Options {
  path: string;
  /** The session this browser holds; undefined: nobody is signed in. */
  token?: string;
}

export function fakeTransport(
  session: Session,
  server: (router: ConnectRouter) => void,
): Transport {
  return createRouterTransport(server, {
    transport: { interceptors: [sessionInterceptor(session)] },
  });
}

/** Opens the app at a path; returns what a test needs to act and to look. */
export function openApp(server: (router: ConnectRouter) => void, { path, token }: Options) {
  const session = new Session(localStorage);
  if (token !== undefined) {
    session.signedIn(token);
  }
  const router = createMemoryRouter(routes, { initialEntries: [path] });
  render(
    <AppFrame
      transport={fakeTransport(session, server)}
      queryClient={createQueryClient()}
      session={session}
      env="test"
    >
      <RouterProvider router={router} />
    </AppFrame>,
  );
  return {
    user: userEvent.setup({ delay: null }),
    session,
    /** Path and query of the page shown. */
    location: () => `${router.state.location.pathname}${router.state.location.search}`,
  };
}
