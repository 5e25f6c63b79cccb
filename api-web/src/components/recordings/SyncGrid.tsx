/** Pictures of several cameras side by side, or one large and the others below it. */
import { useMediaQuery } from "@mantine/hooks";
import type { CSSProperties, ReactNode } from "react";
import { gridShape } from "../../live/gridLayout";
import classes from "./SyncTile.module.css";

/** A phone held upright. */
const NARROW = "(max-width: 47.99em)";

interface Props {
  count: number;
  hasLarge: boolean;
  children: ReactNode;
}

export function SyncGrid({ count, hasLarge, children }: Props) {
  const isNarrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false;
  const { columns, rows } = gridShape(count, hasLarge, isNarrow);
  return (
    <div
      className={classes.grid}
      data-large={hasLarge || undefined}
      style={{ "--columns": columns, "--rows": rows } as CSSProperties}
    >
      {children}
    </div>
  );
}
