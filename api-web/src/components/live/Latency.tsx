/** How long ago the picture was taken, measured by the player. */
import { Tooltip } from "@mantine/core";
import { useNow } from "../../lib/useNow";
import type { LiveMode } from "../../live/livePlayer";
import classes from "./LiveTile.module.css";

interface Props {
  seconds: () => number | undefined;
  mode: () => LiveMode | undefined;
}

export function Latency({ seconds, mode }: Props) {
  useNow();
  const latency = seconds();
  if (latency === undefined) {
    return null;
  }
  const isHls = mode() === "hls";
  return (
    <Tooltip
      label={
        isHls
          ? "This browser shows the pictures as HLS, which is some seconds late"
          : "Time between the arrival of the picture at the server and its showing here"
      }
    >
      <span className={classes.latency} data-mode={mode()}>
        {latency < 1 ? `${Math.round(latency * 1_000)} ms` : `${latency.toFixed(1)} s`} behind
      </span>
    </Tooltip>
  );
}
