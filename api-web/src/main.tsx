/** Starts the app in the page. */
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app/global.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createBrowserRouter } from "react-router";
import { RouterProvider } from "react-router/dom";
import { createQueryClient } from "./api/ApiProvider";
import { Session } from "./api/session";
import { createAppTransport } from "./api/transport";
import { AppFrame } from "./app/AppFrame";
import { routes } from "./app/routes";

const session = new Session(window.localStorage);
const transport = createAppTransport(session);
const queryClient = createQueryClient();
const router = createBrowserRouter(routes);
const root = document.getElementById("root");
if (root === null) {
  throw new Error("index.html has no element with the id root");
}

createRoot(root).render(
  <StrictMode>
    <AppFrame transport={transport} queryClient={queryClient} session={session}>
      <RouterProvider router={router} />
    </AppFrame>
  </StrictMode>,
);
