/**
 * How a picture is magnified within its frame, in numbers: by how much, and where one looks.
 *
 * Points are parts of the frame's width and height, counted from its middle: (-0.5, -0.5) is the
 * upper left corner. Not here: wheels, fingers and keys (`components/live/useMagnifier`).
 */
import type { Size } from "./gridLayout";

export const MIN_SCALE = 1;
export const MAX_SCALE = 8;
/** One press of a button or key: six of them lead from the whole picture to the most. */
export const SCALE_STEP = Math.SQRT2;
/** One press moves the picture by this part of the frame. */
export const PAN_STEP = 0.2;
/** Steps there and back miss the whole picture by less than this. */
const ROUNDING = 1e-6;

/** Pixels of one notch, where a wheel counts lines or pages. */
const WHEEL_UNITS_PX: readonly number[] = [1, 16, 400];
/** A notch of 100 px is about a fifth; a pinch on a touchpad comes as a wheel of small numbers. */
const WHEEL_PER_PX = 0.002;
const TOUCHPAD_PINCH_PER_PX = 0.01;

export interface Point {
  x: number;
  y: number;
}

/** Where the picture goes when one looks to the other side, by the key that does it. */
export const MOVES: Readonly<Record<string, Point>> = {
  "Shift+ArrowLeft": { x: PAN_STEP, y: 0 },
  "Shift+ArrowRight": { x: -PAN_STEP, y: 0 },
  "Shift+ArrowUp": { x: 0, y: PAN_STEP },
  "Shift+ArrowDown": { x: 0, y: -PAN_STEP },
};

/** `x` and `y` name the point of the whole picture that is in the middle of the frame. */
export interface Magnification extends Point {
  scale: number;
}

export const WHOLE: Magnification = { scale: MIN_SCALE, x: 0, y: 0 };

/** How much of the frame's width and height the whole picture takes; all, while its size is unknown. */
export function pictureShare(frame: Size, picture: Size): Point {
  const isKnown = Math.min(frame.width, frame.height, picture.width, picture.height) > 0;
  if (!isKnown) {
    return { x: 1, y: 1 };
  }
  const relative = picture.width / picture.height / (frame.width / frame.height);
  return { x: Math.min(1, relative), y: Math.min(1, 1 / relative) };
}

/** The nearest magnification that is allowed: 1× to `most`, with no more empty frame than need be. */
export function bounded(
  { scale, x, y }: Magnification,
  share: Point,
  most = MAX_SCALE,
): Magnification {
  const allowed = clamp(scale, MIN_SCALE, most);
  const kept = allowed - MIN_SCALE < ROUNDING ? MIN_SCALE : allowed;
  const within = (value: number, part: number) => {
    const reach = Math.max(0, part - 1 / kept) / 2;
    return reach > 0 ? clamp(value, -reach, reach) : 0;
  };
  return { scale: kept, x: within(x, share.x), y: within(y, share.y) };
}

/** Magnifies by `factor`; what is seen at the point `at` of the frame stays there. */
export function magnify(
  from: Magnification,
  factor: number,
  at: Point,
  share: Point,
  most = MAX_SCALE,
): Magnification {
  const scale = clamp(from.scale * factor, MIN_SCALE, most);
  const slip = 1 / from.scale - 1 / scale;
  return bounded({ scale, x: from.x + at.x * slip, y: from.y + at.y * slip }, share, most);
}

/** Moves the picture by a part of the frame. */
export function pan(from: Magnification, by: Point, share: Point, most = MAX_SCALE): Magnification {
  const { scale } = from;
  return bounded({ scale, x: from.x - by.x / scale, y: from.y - by.y / scale }, share, most);
}

/** Two fingers moved: the picture follows both. */
export function pinch(
  from: Magnification,
  before: readonly [Point, Point],
  after: readonly [Point, Point],
  frame: Size,
  share: Point,
  most = MAX_SCALE,
): Magnification {
  const [middleBefore, middle] = [middleOf(before), middleOf(after)];
  const spread = distancePx(before, frame);
  const factor = spread > 0 ? distancePx(after, frame) / spread : 1;
  const by = { x: middle.x - middleBefore.x, y: middle.y - middleBefore.y };
  return pan(magnify(from, factor, middleBefore, share, most), by, share, most);
}

/**
 * The left end of a picture, as high as its frame, but with 1 unit of it not below `leastPx` and not
 * above `mostPx` pixels: for drawings that are far too wide to be read as a whole. The whole picture
 * where it is large enough, or nothing has a size yet.
 */
export function leftEnd(
  frame: Size,
  picture: Size,
  { leastPx, mostPx }: { leastPx: number; mostPx: number },
): Magnification {
  if (Math.min(frame.width, frame.height, picture.width, picture.height) <= 0) {
    return WHOLE;
  }
  const whole = Math.min(frame.width / picture.width, frame.height / picture.height);
  const wanted = clamp(frame.height / picture.height, leastPx, mostPx);
  const scale = wanted / whole;
  return scale > MIN_SCALE ? { scale, x: -0.5, y: 0 } : WHOLE;
}

/** Where the picture lies within its frame, in parts of the frame from its upper left corner. */
export function pictureArea({ scale, x, y }: Magnification, share: Point) {
  return {
    left: 0.5 - scale * (share.x / 2 + x),
    top: 0.5 - scale * (share.y / 2 + y),
    width: scale * share.x,
    height: scale * share.y,
  };
}

/** By how much a turn of the wheel magnifies. */
export function wheelFactor(turn: Pick<WheelEvent, "deltaY" | "deltaMode" | "ctrlKey">): number {
  const px = turn.deltaY * (WHEEL_UNITS_PX[turn.deltaMode] ?? 1);
  return Math.exp(-px * (turn.ctrlKey ? TOUCHPAD_PINCH_PER_PX : WHEEL_PER_PX));
}

/** For an element that fills the frame and turns about its middle. */
export function cssTransform({ scale, x, y }: Magnification): string {
  return `scale(${short(scale)}) translate(${short(-x * 100)}%, ${short(-y * 100)}%)`;
}

/** Finer than any screen. */
function short(value: number): number {
  return Number(value.toFixed(4));
}

function middleOf([a, b]: readonly [Point, Point]): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function distancePx([a, b]: readonly [Point, Point], { width, height }: Size): number {
  return Math.hypot((a.x - b.x) * width, (a.y - b.y) * height);
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
