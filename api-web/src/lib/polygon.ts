/**
 * A closed line of straight edges over a picture: what makes none, and how one is changed. Pure.
 *
 * Lengths are parts of the picture, from 0 to 1; x goes to the right, y down. The rules are those of
 * the server, so that what is taken here is taken there.
 */
export interface Point {
  x: number;
  y: number;
}

export const POINTS_MAX = 100;
/** Next to nothing; ten by ten pixels of a large picture are fifty times this. */
const AREA_MIN = 1e-6;
/** Finer than a pixel of most pictures, and short to read. */
const STEPS = 1_000;

/** Why points make no polygon, in words; undefined where they do. */
export function polygonProblem(points: readonly Point[]): string | undefined {
  const count = points.length;
  if (count < 3) {
    return `${count === 1 ? "1 point encloses" : `${count} points enclose`} nothing: place at least 3.`;
  }
  const exact = points.map(single);
  const flat = exact.every((point, index) => {
    const before = exact[index - 1] ?? point;
    return turn(at(exact, 0), before, point) === 0;
  });
  return (
    placesProblem(exact) ??
    repetition(exact, true) ??
    (flat ? NO_AREA : undefined) ??
    crossing(exact, true) ??
    (polygonArea(exact) < AREA_MIN ? NO_AREA : undefined)
  );
}

/** Why the line through points that is not closed yet cannot go on, in words. */
export function lineProblem(points: readonly Point[]): string | undefined {
  const exact = points.map(single);
  return placesProblem(exact) ?? repetition(exact, false) ?? crossing(exact, false);
}

const NO_AREA = "There is nothing between the points: move them apart.";

function placesProblem(points: readonly Point[]): string | undefined {
  if (points.length > POINTS_MAX) {
    return `${points.length} points are too fine: place at most ${POINTS_MAX}.`;
  }
  const isWithin = (value: number) => value >= 0 && value <= 1;
  const outside = points.findIndex(({ x, y }) => !isWithin(x) || !isWithin(y));
  return outside === -1 ? undefined : `Point ${outside + 1} lies outside the picture.`;
}

function repetition(points: readonly Point[], isClosed: boolean): string | undefined {
  const count = points.length;
  const last = isClosed ? count : count - 1;
  for (let first = 0; first < last; first += 1) {
    const second = (first + 1) % count;
    if (isSame(at(points, first), at(points, second))) {
      return `Points ${first + 1} and ${second + 1} are the same: leave one out.`;
    }
  }
  return undefined;
}

/** Edges that meet anywhere but at the point they share. */
function crossing(points: readonly Point[], isClosed: boolean): string | undefined {
  const count = points.length;
  const edges = isClosed ? count : count - 1;
  const edge = (index: number) => [at(points, index), at(points, (index + 1) % count)] as const;
  for (let first = 0; first < edges; first += 1) {
    for (let second = first + 1; second < edges; second += 1) {
      const [a, b] = edge(first);
      const [c, d] = edge(second);
      const isBad =
        second === first + 1
          ? foldsBack(a, b, d)
          : isClosed && (second + 1) % count === first
            ? foldsBack(c, d, b)
            : meet(a, b, c, d);
      if (isBad) {
        return `The edges after points ${first + 1} and ${second + 1} would cross or touch: place the points in order around the area.`;
      }
    }
  }
  return undefined;
}

/** Twice the area of the triangle; the sign says which way it turns, 0 that the three are in line. */
function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/** Whether the way from `corner` on to `to` goes back over the way from `from` to `corner`. */
function foldsBack(from: Point, corner: Point, to: Point): boolean {
  const back = (from.x - corner.x) * (to.x - corner.x) + (from.y - corner.y) * (to.y - corner.y);
  return turn(from, corner, to) === 0 && back > 0;
}

/** Whether the edges a–b and c–d have a point in common. */
function meet(a: Point, b: Point, c: Point, d: Point): boolean {
  const [ofC, ofD, ofA, ofB] = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  const apart = (one: number, other: number) => (one > 0 && other < 0) || (one < 0 && other > 0);
  return (
    (apart(ofC, ofD) && apart(ofA, ofB)) ||
    (ofC === 0 && isBetween(a, b, c)) ||
    (ofD === 0 && isBetween(a, b, d)) ||
    (ofA === 0 && isBetween(c, d, a)) ||
    (ofB === 0 && isBetween(c, d, b))
  );
}

/** Whether `point`, which is in line with both ends, lies between them. */
function isBetween(from: Point, to: Point, point: Point): boolean {
  const within = (a: number, b: number, value: number) =>
    Math.min(a, b) <= value && value <= Math.max(a, b);
  return within(from.x, to.x, point.x) && within(from.y, to.y, point.y);
}

/** Part of the picture inside. */
export function polygonArea(points: readonly Point[]): number {
  const first = points[0];
  if (first === undefined) {
    return 0;
  }
  const twice = points.reduce(
    (sum, point, index) => sum + turn(first, points[index - 1] ?? first, point),
    0,
  );
  return Math.abs(twice) / 2;
}

/** Whether the place is inside. On an edge it may be either. */
export function contains(points: readonly Point[], { x, y }: Point): boolean {
  let isInside = false;
  for (const [index, from] of points.entries()) {
    const to = at(points, (index + 1) % points.length);
    if (
      from.y > y !== to.y > y &&
      x < from.x + ((y - from.y) / (to.y - from.y)) * (to.x - from.x)
    ) {
      isInside = !isInside;
    }
  }
  return isInside;
}

/** A place within the picture, as it is kept. */
export function placed({ x, y }: Point): Point {
  const kept = (value: number) => Math.round(Math.min(Math.max(value, 0), 1) * STEPS) / STEPS;
  return { x: kept(x), y: kept(y) };
}

export function withPointMoved(points: readonly Point[], index: number, to: Point): Point[] {
  return points.map((point, other) => (other === index ? placed(to) : point));
}

/** With a point more, in the middle of the edge behind the point `index`. */
export function withPointAfter(points: readonly Point[], index: number): Point[] {
  return points.toSpliced(index + 1, 0, placed(middleAfter(points, index)));
}

export function withoutPoint(points: readonly Point[], index: number): Point[] {
  return points.toSpliced(index, 1);
}

/** The middle of the edge behind the point `index`. */
export function middleAfter(points: readonly Point[], index: number): Point {
  const [from, to] = [at(points, index), at(points, (index + 1) % points.length)];
  return { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
}

/** The middle of all points, for a name. */
export function middleOf(points: readonly Point[]): Point {
  const sum = (of: (point: Point) => number) =>
    points.reduce((total, point) => total + of(point), 0) / Math.max(points.length, 1);
  return { x: sum(({ x }) => x), y: sum(({ y }) => y) };
}

function at(points: readonly Point[], index: number): Point {
  return points[index] ?? { x: 0, y: 0 };
}

function isSame(a: Point, b: Point): boolean {
  return a.x === b.x && a.y === b.y;
}

/** As it is on its way to the server: what is in line there has to be in line here. */
function single({ x, y }: Point): Point {
  return { x: Math.fround(x), y: Math.fround(y) };
}
