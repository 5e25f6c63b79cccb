/** Leads to what the hash of the URL names, once it is there: pages load what they show first. */
import { useEffect } from "react";
import { useLocation } from "react-router";

export function useHashTarget(isThere: boolean): void {
  const { hash } = useLocation();
  useEffect(() => {
    const id = hash.slice(1);
    if (!isThere || id === "") {
      return;
    }
    const target = document.getElementById(id);
    target?.scrollIntoView({ block: "start" });
    target?.focus({ preventScroll: true });
  }, [hash, isThere]);
}
