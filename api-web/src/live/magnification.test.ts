/** A picture within its frame. */
import { describe, expect, it } from "vitest";
import {
  bounded,
  cssTransform,
  leftEnd,
  MAX_SCALE,
  type Magnification,
  magnify,
  type Point,
  pan,
  pictureShare,
  pinch,
  SCALE_STEP,
  WHOLE,
  wheelFactor,
} from "./magnification";

const FULL = { x: 1, y: 1 };
const MIDDLE = { x: 0, y: 0 };
const FRAME = { width: 800, height: 400 };

/** Which point of the whole picture is seen at a point of the frame. */
const seenAt = (view: Magnification, at: Point) => ({
  x: view.x + at.x / view.scale,
  y: view.y + at.y / view.scale,
});

describe("pictureShare", () => {
  it.each([
    [
      { width: 1600, height: 800 },
      { x: 1, y: 1 },
    ],
    [
      { width: 400, height: 400 },
      { x: 0.5, y: 1 },
    ],
    [
      { width: 1600, height: 400 },
      { x: 1, y: 0.5 },
    ],
    [
      { width: 0, height: 0 },
      { x: 1, y: 1 },
    ],
  ])("of %j is %j", (picture, share) => {
    expect(pictureShare(FRAME, picture)).toEqual(share);
  });
});

describe("magnify", () => {
  it("keeps what is under the pointer there", () => {
    const at = { x: 0.3, y: -0.2 };
    const once = magnify(WHOLE, 2, at, FULL);
    const twice = magnify(once, 1.7, at, FULL);

    expect(once.scale).toBe(2);
    expect(seenAt(once, at)).toEqual(at);
    expect(seenAt(twice, at).x).toBeCloseTo(at.x);
    expect(seenAt(twice, at).y).toBeCloseTo(at.y);
  });

  it("goes from 1× to 8× and no further", () => {
    expect(magnify(WHOLE, 0.5, MIDDLE, FULL)).toEqual(WHOLE);
    expect(magnify(WHOLE, 100, MIDDLE, FULL).scale).toBe(MAX_SCALE);
  });

  it("is at the most after six steps, and at the whole picture after six steps back", () => {
    const steps = Array.from({ length: 6 });
    const most = steps.reduce<Magnification>((v) => magnify(v, SCALE_STEP, MIDDLE, FULL), WHOLE);
    const back = steps.reduce<Magnification>((v) => magnify(v, 1 / SCALE_STEP, MIDDLE, FULL), most);

    expect(most.scale).toBeCloseTo(MAX_SCALE);
    expect(back).toEqual(WHOLE);
  });

  it("shows the whole picture in the middle again, wherever one looked", () => {
    const corner = magnify(WHOLE, 4, { x: 0.5, y: 0.5 }, FULL);

    expect(magnify(corner, 1 / 4, { x: -0.5, y: 0.5 }, FULL)).toEqual(WHOLE);
  });
});

describe("pan", () => {
  it("moves the picture along with the pointer", () => {
    const view = pan({ scale: 4, x: 0, y: 0 }, { x: 0.1, y: -0.1 }, FULL);

    expect(view.x).toBeCloseTo(-0.025);
    expect(view.y).toBeCloseTo(0.025);
  });

  it("stops at the edge of the picture", () => {
    const view = pan({ scale: 2, x: 0, y: 0 }, { x: 9, y: -9 }, FULL);

    expect(view).toEqual({ scale: 2, x: -0.25, y: 0.25 });
    expect(seenAt(view, { x: -0.5, y: 0.5 })).toEqual({ x: -0.5, y: 0.5 });
  });

  it("leaves a whole picture where it is", () => {
    expect(pan(WHOLE, { x: 0.4, y: 0.4 }, FULL)).toEqual(WHOLE);
  });

  it("knows no bars beside the picture: they are neither reached nor grown", () => {
    const narrow = { x: 0.5, y: 1 };

    expect(pan({ scale: 2, x: 0, y: 0 }, { x: 9, y: 9 }, narrow)).toMatchObject({ x: 0, y: -0.25 });
    expect(pan({ scale: 4, x: 0, y: 0 }, { x: -9, y: 0 }, narrow).x).toBe(0.125);
  });
});

describe("bounded", () => {
  it("holds again after the frame got another shape", () => {
    expect(bounded({ scale: 4, x: 0.375, y: 0 }, { x: 0.5, y: 1 })).toEqual({
      scale: 4,
      x: 0.125,
      y: 0,
    });
  });
});

describe("pinch", () => {
  it("magnifies about the middle of the fingers by how far they part", () => {
    const view = pinch(
      WHOLE,
      [
        { x: 0.1, y: 0.2 },
        { x: 0.3, y: 0.2 },
      ],
      [
        { x: 0, y: 0.2 },
        { x: 0.4, y: 0.2 },
      ],
      FRAME,
      FULL,
    );

    expect(view.scale).toBeCloseTo(2);
    expect(seenAt(view, { x: 0.2, y: 0.2 }).x).toBeCloseTo(0.2);
  });

  it("moves the picture when both fingers move alike", () => {
    const view = pinch(
      { scale: 2, x: 0, y: 0 },
      [
        { x: 0, y: 0 },
        { x: 0.1, y: 0 },
      ],
      [
        { x: 0.1, y: 0 },
        { x: 0.2, y: 0 },
      ],
      FRAME,
      FULL,
    );

    expect(view.scale).toBeCloseTo(2);
    expect(view.x).toBeCloseTo(-0.05);
  });

  it("does nothing for two fingers on one spot", () => {
    const spot = [MIDDLE, MIDDLE] as const;

    expect(pinch(WHOLE, spot, spot, FRAME, FULL)).toEqual(WHOLE);
  });
});

describe("wheelFactor", () => {
  it.each([
    [{ deltaY: -100, deltaMode: 0, ctrlKey: false }, Math.exp(0.2)],
    [{ deltaY: 100, deltaMode: 0, ctrlKey: false }, Math.exp(-0.2)],
    [{ deltaY: -3, deltaMode: 1, ctrlKey: false }, Math.exp(0.096)],
    [{ deltaY: -10, deltaMode: 0, ctrlKey: true }, Math.exp(0.1)],
  ])("of %j is %d", (turn, factor) => {
    expect(wheelFactor(turn)).toBeCloseTo(factor);
  });
});

it("is written as a transform of an element that fills the frame", () => {
  expect(cssTransform({ scale: 2, x: 0.25, y: -0.1 })).toBe("scale(2) translate(-25%, 10%)");
});

describe("leftEnd", () => {
  const limits = { leastPx: 1, mostPx: 2 };

  it.each([
    ["as high as the frame", { width: 4000, height: 300 }, 400 / 300],
    ["no smaller than can be read", { width: 4000, height: 900 }, 1],
    ["no larger than need be", { width: 4000, height: 50 }, 2],
  ])("is shown %s", (_, picture, pxPerUnit) => {
    const view = leftEnd(FRAME, picture, limits);

    const whole = Math.min(FRAME.width / picture.width, FRAME.height / picture.height);
    expect(view.scale * whole).toBeCloseTo(pxPerUnit);
    const share = pictureShare(FRAME, picture);
    const shown = bounded(view, share, 100);
    expect(seenAt(shown, { x: -0.5, y: 0 }).x).toBeCloseTo(-share.x / 2);
  });

  it("is the whole of what is small, or has no size yet", () => {
    expect(leftEnd(FRAME, { width: 300, height: 200 }, limits)).toEqual(WHOLE);
    expect(leftEnd(FRAME, { width: 0, height: 0 }, limits)).toEqual(WHOLE);
  });
});
