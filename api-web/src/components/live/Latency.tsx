/** How far the picture is behind the live edge, measured by the player. */
import { Tooltip } from "@mantine/core";
import { useNow } from "../../lib/useNow";
import classes from "./LiveTile.module.css";

export function Latency({ seconds }: { seconds: () => number | undefined }) {
  useNow();
  const latency = seconds();
  if (latency === undefined) {
    return null;
  }
  return (
    <Tooltip label="Time between the newest video on the server and what you see">
      <span className={classes.latency}>{latency.toFixed(1)} s behind</span>
    </Tooltip>
  );
}
