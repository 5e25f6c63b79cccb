/** How long ago the picture was taken, measured by the player. */
import { Tooltip } from "@mantine/core";
import { useNow } from "../../lib/useNow";
import type { LiveMode } from "../../live/livePlayer";
import classes from "./LiveTile.module.css";

interface Props {
  seconds: () => number | undefined;
  mode: () => LiveMode | undefined;
}

const LABELS: Record<LiveMode, string> = {
  pictures: "Time between the arrival of the picture at the server and its showing here",
  encoded:
    "This browser cannot play what the camera sends: the server encodes it as H.264 with at most 720 lines. The time is that between the arrival of the picture at the server and its showing here",
  hls: "This browser shows the pictures as HLS, which is some seconds late",
};

export function Latency({ seconds, mode }: Props) {
  useNow();
  const latency = seconds();
  if (latency === undefined) {
    return null;
  }
  const way = mode() ?? "pictures";
  return (
    <Tooltip label={LABELS[way]} multiline maw={320}>
      <span className={classes.latency} data-mode={way}>
        {latency < 1 ? `${Math.round(latency * 1_000)} ms` : `${latency.toFixed(1)} s`} behind
        {way === "encoded" && ", re-encoded"}
      </span>
    </Tooltip>
  );
}
