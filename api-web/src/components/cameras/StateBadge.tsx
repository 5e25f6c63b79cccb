/** The state of a camera in a word and a colour; the word carries the meaning. */
import { Badge } from "@mantine/core";
import type { CSSProperties } from "react";
import type { StateTone, StateWords } from "../../lib/cameraWords";
import classes from "./StateBadge.module.css";

const ON_PANEL = {
  "--badge-bg": "transparent",
  "--badge-bd": "1px solid var(--mantine-color-default-border)",
} as CSSProperties;

/** Opaque, so that it can be read on anything. */
const ON_PICTURE = {
  "--badge-bg": "rgb(5 7 10 / 76%)",
  "--badge-bd": "none",
  "--badge-color": "#fff",
} as CSSProperties;

interface Props {
  words: StateWords;
  size?: "xs" | "sm" | "md";
  /** Drawn over a picture. */
  onPicture?: boolean;
}

export function StateBadge({ words, size = "sm", onPicture = false }: Props) {
  return (
    <Badge
      size={size}
      variant="default"
      className={classes.badge ?? ""}
      style={onPicture ? ON_PICTURE : ON_PANEL}
      data-tone={words.tone satisfies StateTone}
      leftSection={<span className={classes.dot} aria-hidden="true" />}
    >
      {words.label}
    </Badge>
  );
}
