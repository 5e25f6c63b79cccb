/** Over a picture: what an event goes on about on this camera now. */
import { VisuallyHidden } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { labelWords } from "../../lib/events";
import classes from "./EventChip.module.css";

export function EventChip({ labels }: { labels: readonly string[] }) {
  return (
    <p className={classes.chip} data-testid="event-chip">
      <IconEye size={14} aria-hidden />
      <span>
        <VisuallyHidden>An event goes on: </VisuallyHidden>
        {labels.map(labelWords).join(", ")}
      </span>
    </p>
  );
}
