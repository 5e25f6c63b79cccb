/** What the detector sees in a picture, in words and in places. Pure. */
import type { Detection } from "../gen/ronin/v1/detection_pb";
import { DetectionGate } from "../gen/ronin/v1/event_pb";
import { labelWords, scoreWords } from "./events";
import { contains, type Point } from "./polygon";

/** An object in a picture; lengths are parts of the picture, from 0 to 1. */
export type Box = Pick<
  Detection,
  "label" | "score" | "trackId" | "x" | "y" | "width" | "height" | "still"
>;

/** Side of the grid of cells in which something moves. */
export const CELLS = 16;
const CELL_BYTES = (CELLS * CELLS) / 8;

/** What the lower edge of the picture cuts off stands in the zones that reach down to it. */
const INSIDE_MAX = 0.9999;

/** Where an object stands: the middle of its lower edge, within the picture. */
export function footOf({ x, y, width, height }: Box): Point {
  const within = (value: number) => Math.min(Math.max(value, 0), INSIDE_MAX);
  return { x: within(x + width / 2), y: within(y + height) };
}

/** "Person 87 %, track 12" */
export function boxWords({ label, score, trackId, still }: Box): string {
  const track = trackId === 0n ? "" : `, track ${trackId}`;
  return `${labelWords(label)} ${scoreWords(score)}${track}${still ? ", still" : ""}`;
}

interface NamedArea {
  name: string;
  points: readonly Point[];
  /** Classes that it is for; empty: all. */
  labels: readonly string[];
}

/** Names of the zones in which an object stands. */
export function zonesAt(zones: readonly NamedArea[], box: Box): string[] {
  const foot = footOf(box);
  return zones
    .filter(({ labels }) => labels.length === 0 || labels.includes(box.label))
    .filter(({ points }) => contains(points, foot))
    .map(({ name }) => name);
}

const GATES: Readonly<Record<DetectionGate, string>> = {
  [DetectionGate.UNSPECIFIED]: "Not looked at: nothing moved.",
  [DetectionGate.MOTION]: "Looked at, because something moved.",
  [DetectionGate.RECENT]: "Looked at, because something was seen in the seconds before.",
  [DetectionGate.SWEEP]: "Looked at as it is once in a while, although nothing moved.",
};

/** Whether the detector looked at a picture, and why. */
export function gateWords(gate: DetectionGate): string {
  return GATES[gate] ?? "Looked at.";
}

/** How many cells something moves in. */
export function cellCount(cells: Uint8Array): number {
  return runsOf(cells).reduce((sum, { length }) => sum + length, 0);
}

/** The outline of the cells in which something moves, where a cell is 1 by 1: cells in a row are one. */
export function cellPath(cells: Uint8Array): string {
  return runsOf(cells)
    .map(({ row, column, length }) => `M${column} ${row}h${length}v1h${-length}z`)
    .join("");
}

interface Run {
  row: number;
  column: number;
  length: number;
}

function runsOf(cells: Uint8Array): Run[] {
  const runs: Run[] = [];
  // Anything else is no grid.
  if (cells.length !== CELL_BYTES) {
    return runs;
  }
  for (let row = 0; row < CELLS; row += 1) {
    for (let column = 0; column < CELLS; column += 1) {
      const byte = cells[2 * row + (column >> 3)] ?? 0;
      if (((byte >> (column & 7)) & 1) === 0) {
        continue;
      }
      const last = runs.at(-1);
      if (last?.row === row && last.column + last.length === column) {
        last.length += 1;
      } else {
        runs.push({ row, column, length: 1 });
      }
    }
  }
  return runs;
}
