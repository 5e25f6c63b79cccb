/**
 * Runs a watch, if there is one, while its component is there and the tab is seen: browsers allow few connections to
 * a server without TLS, and tabs in the background would hold all of them.
 */
import { useEffect } from "react";
import type { Watched } from "./watch";

export function useWatchLife(watch: Watched | undefined): void {
  useEffect(() => {
    if (watch === undefined) {
      return;
    }
    const follow = () => {
      if (document.visibilityState === "hidden") {
        watch.stop();
      } else {
        watch.start();
      }
    };
    follow();
    document.addEventListener("visibilitychange", follow);
    window.addEventListener("online", watch.retryNow);
    return () => {
      document.removeEventListener("visibilitychange", follow);
      window.removeEventListener("online", watch.retryNow);
      watch.stop();
    };
  }, [watch]);
}
