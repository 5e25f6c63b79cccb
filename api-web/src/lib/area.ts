/** A rectangle over a picture, in whole percent of it: drawn with a pointer or typed. Pure. */
export interface Area {
  left: number;
  top: number;
  width: number;
  height: number;
}

export const WHOLE: Area = { left: 0, top: 0, width: 100, height: 100 };
/** Smaller than this is a click, and too little to be looked for. */
export const LEAST = 2;

/** The rectangle between two points, each in percent, held within the picture. */
export function between(a: { x: number; y: number }, b: { x: number; y: number }): Area {
  const [left, right] = ends(a.x, b.x);
  const [top, bottom] = ends(a.y, b.y);
  return { left, top, width: right - left, height: bottom - top };
}

function ends(a: number, b: number): [number, number] {
  const [from, to] = [a, b].map((value) => Math.round(Math.min(Math.max(value, 0), 100)));
  return [Math.min(from ?? 0, to ?? 0), Math.max(from ?? 0, to ?? 0)];
}

/** With one of its numbers changed, and the others held to fit. */
export function withNumber(area: Area, key: keyof Area, value: number): Area {
  const next = { ...area, [key]: Math.round(value) };
  const left = Math.min(Math.max(next.left, 0), 100 - LEAST);
  const top = Math.min(Math.max(next.top, 0), 100 - LEAST);
  return {
    left,
    top,
    width: Math.min(Math.max(next.width, LEAST), 100 - left),
    height: Math.min(Math.max(next.height, LEAST), 100 - top),
  };
}

/** Its corners in parts of the picture, in order around it. */
export function cornersOf({ left, top, width, height }: Area): { x: number; y: number }[] {
  const [right, bottom] = [left + width, top + height];
  const corners: [number, number][] = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
  return corners.map(([x, y]) => ({ x: x / 100, y: y / 100 }));
}
