/** A button over the picture of a tile. */
import { ActionIcon, Tooltip } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./LiveTile.module.css";

interface Props {
  label: string;
  /** The key that does the same. */
  keys?: string;
  /** For buttons that are on or off. */
  isPressed?: boolean;
  isDisabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}

export function TileTool(props: Props) {
  const { label, keys, isPressed, isDisabled = false, onClick, children } = props;
  return (
    <Tooltip label={keys === undefined ? label : `${label} (${keys})`}>
      <ActionIcon
        className={classes.tool}
        variant="transparent"
        aria-label={label}
        aria-pressed={isPressed}
        // Not `disabled`: a button that is pressed until it does no more keeps the focus.
        aria-disabled={isDisabled || undefined}
        data-disabled={isDisabled || undefined}
        onClick={() => !isDisabled && onClick()}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
