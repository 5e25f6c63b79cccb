/** Says that the stream of changes is lost, so that nobody trusts a stale status. */
import { Button, Group, Text } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useEffect } from "react";
import { useCameraWatch } from "../api/CameraWatchProvider";
import { useNow } from "../lib/useNow";
import classes from "./WatchBanner.module.css";

/** Its height with the margin below. */
const BANNER_PX = 54;

export function WatchBanner() {
  const { state, retryNow } = useCameraWatch();
  const isLost = state.kind === "lost";
  const now = useNow(1_000, isLost);
  useEffect(() => {
    // Pages that fill the window make room for it.
    const root = document.documentElement.style;
    root.setProperty("--watch-banner-height", isLost ? `${BANNER_PX}px` : "0px");
  }, [isLost]);
  if (!isLost) {
    return null;
  }
  const seconds = Math.max(0, Math.ceil((state.retryAtMs - now) / 1000));
  return (
    <Group className={classes.banner} role="status" gap="sm" wrap="nowrap">
      <IconPlugConnectedX size={18} aria-hidden />
      <Text size="sm" style={{ flex: 1 }}>
        The connection to the server is lost: what you see may be out of date. Next attempt in{" "}
        {seconds} s.
      </Text>
      <Button size="compact-sm" variant="white" color="dark" onClick={retryNow}>
        Try now
      </Button>
    </Group>
  );
}
