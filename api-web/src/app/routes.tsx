/** Which page answers to which address. Pages are loaded when they are first wanted. */
import { Navigate, type RouteObject } from "react-router";
import { RequireSession } from "./RequireSession";
import { RouteError } from "./RouteError";

export const routes: RouteObject[] = [
  {
    errorElement: <RouteError />,
    HydrateFallback: () => null,
    children: [
      {
        path: "/sign-in",
        lazy: async () => page((await import("../pages/SignInPage")).SignInPage),
      },
      { path: "/setup", lazy: async () => page((await import("../pages/SetupPage")).SetupPage) },
      {
        element: <RequireSession />,
        children: [
          {
            errorElement: <RouteError />,
            children: [
              { path: "/", element: <Navigate to="/live" replace /> },
              {
                path: "/live",
                lazy: async () => page((await import("../pages/LivePage")).LivePage),
              },
              {
                path: "/footage",
                lazy: async () => page((await import("../pages/FootagePage")).FootagePage),
              },
              {
                path: "/exports",
                lazy: async () => page((await import("../pages/ExportsPage")).ExportsPage),
              },
              {
                path: "/jobs",
                lazy: async () => page((await import("../pages/JobsPage")).JobsPage),
              },
              {
                path: "/events",
                lazy: async () => page((await import("../pages/EventsPage")).EventsPage),
              },
              {
                path: "/events/:id",
                lazy: async () => page((await import("../pages/EventPage")).EventPage),
              },
              {
                path: "/cameras",
                lazy: async () => page((await import("../pages/CamerasPage")).CamerasPage),
              },
              {
                path: "/add-camera",
                lazy: async () => page((await import("../pages/AddCameraPage")).AddCameraPage),
              },
              {
                path: "/import-cameras",
                lazy: async () =>
                  page((await import("../pages/ImportCamerasPage")).ImportCamerasPage),
              },
              {
                path: "/cameras/:id",
                lazy: async () => page((await import("../pages/CameraPage")).CameraPage),
              },
              {
                path: "/cameras/:id/edit",
                lazy: async () => page((await import("../pages/EditCameraPage")).EditCameraPage),
              },
              {
                path: "/cameras/:id/detection",
                lazy: async () => page((await import("../pages/DetectionPage")).DetectionPage),
              },
              {
                path: "/cameras/:id/pipeline",
                lazy: async () => page((await import("../pages/PipelinePage")).PipelinePage),
              },
              {
                path: "/coverage",
                lazy: async () => page((await import("../pages/CoveragePage")).CoveragePage),
              },
              {
                path: "/storage",
                lazy: async () => page((await import("../pages/StoragePage")).StoragePage),
              },
              {
                path: "/notices",
                lazy: async () => page((await import("../pages/NoticesPage")).NoticesPage),
              },
              {
                path: "/system",
                lazy: async () => page((await import("../pages/SystemPage")).SystemPage),
              },
              {
                path: "/account",
                lazy: async () => page((await import("../pages/AccountPage")).AccountPage),
              },
              {
                path: "*",
                lazy: async () => page((await import("../pages/NotFoundPage")).NotFoundPage),
              },
            ],
          },
        ],
      },
    ],
  },
];

function page(Component: () => React.ReactNode) {
  return { Component };
}
