/** Runs the camera watch for as long as somebody is signed in, and tells how it is doing. */
import { useTransport } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useState, useSyncExternalStore } from "react";
import { CameraWatch } from "./cameraWatch";
import { useWatchLife } from "./useWatchLife";
import type { WatchState } from "./watch";

const WatchContext = createContext<CameraWatch | undefined>(undefined);

export function CameraWatchProvider({ children }: { children: ReactNode }) {
  const transport = useTransport();
  const queryClient = useQueryClient();
  const [watch] = useState(() => new CameraWatch({ transport, queryClient }));
  useWatchLife(watch);
  return <WatchContext value={watch}>{children}</WatchContext>;
}

/** How the stream of changes is doing, and a way to try again at once. */
export function useCameraWatch(): { state: WatchState; retryNow: () => void } {
  const watch = useContext(WatchContext);
  if (watch === undefined) {
    throw new Error("useCameraWatch is used outside CameraWatchProvider");
  }
  return { state: useSyncExternalStore(watch.subscribe, watch.state), retryNow: watch.retryNow };
}
