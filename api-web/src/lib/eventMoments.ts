/** An event's moments as drawings: where the object was, and how sure the model was. Pure. */
import type { Moment } from "../gen/ronin/v1/event_pb";
import { timestampMs } from "./time";

/** A box over a picture, as lengths of CSS. */
export function boxStyle({ x, y, width, height }: Moment) {
  const left = within(x);
  const top = within(y);
  return {
    left: percent(left),
    top: percent(top),
    width: percent(within(x + width) - left),
    height: percent(within(y + height) - top),
  };
}

/** The way of the object over the ground, in a picture of 100 by 100: the middle of its lower edge. */
export function pathPoints(path: readonly Moment[]): string {
  return path
    .map(({ x, y, width, height }) =>
      [within(x + width / 2), within(y + height)].map((part) => round(part * 100)).join(","),
    )
    .join(" ");
}

/** Scores over time, in a drawing of that size, the highest at the top. */
export function scorePoints(
  path: readonly Moment[],
  { width, height }: { width: number; height: number },
): string {
  const times = path.map(({ time }) => timestampMs(time) ?? 0);
  const startMs = times[0] ?? 0;
  const length = Math.max((times.at(-1) ?? 0) - startMs, 1);
  return path
    .map(({ score }, index) => {
      const left = (((times[index] ?? 0) - startMs) / length) * width;
      return `${round(left)},${round((1 - within(score)) * height)}`;
    })
    .join(" ");
}

/** The lowest and the highest score; undefined where there is none. */
export function scoreRange(path: readonly Moment[]): { least: number; most: number } | undefined {
  const scores = path.map(({ score }) => score);
  return scores.length === 0
    ? undefined
    : { least: Math.min(...scores), most: Math.max(...scores) };
}

function within(value: number): number {
  return Math.min(Math.max(value, 0), 1);
}

function percent(share: number): string {
  return `${round(share * 100)}%`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
