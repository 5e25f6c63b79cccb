/**
 * Zones and masks over a picture. Zones have a whole line, masks a broken one and stripes, so that they
 * are told apart without colours.
 */
import { useId } from "react";
import { middleOf, type Point } from "../../lib/polygon";
import type { DrawnArea } from "./areas";
import classes from "./detect.module.css";

interface Props {
  areas: readonly DrawnArea[];
  /** The one that is worked on. */
  selected?: string | undefined;
}

export function AreaShapes({ areas, selected }: Props) {
  const stripes = useId();
  return (
    <>
      <svg
        className={classes.shapes}
        viewBox="0 0 100 100"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <defs>
          <pattern id={stripes} width="2.4" height="2.4" patternUnits="userSpaceOnUse">
            <path d="M0 2.4L2.4 0" className={classes.stripe} vectorEffect="non-scaling-stroke" />
          </pattern>
        </defs>
        {areas.map(({ id, kind, points }) => (
          <g key={id} data-kind={kind} data-selected={id === selected || undefined}>
            <polygon className={classes.halo} points={pointList(points)} />
            <polygon
              className={classes.shape}
              points={pointList(points)}
              fill={kind === "mask" ? `url(#${stripes})` : undefined}
            />
          </g>
        ))}
      </svg>
      {areas.map(({ id, kind, name, points }) => {
        const { x, y } = middleOf(points);
        return (
          <span
            key={id}
            className={classes.areaName}
            data-kind={kind}
            style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
          >
            {name}
          </span>
        );
      })}
    </>
  );
}

/** For SVG, in percent. */
export function pointList(points: readonly Point[]): string {
  return points.map(({ x, y }) => `${x * 100},${y * 100}`).join(" ");
}
