/**
 * Wheel, drag and two fingers on the coverage bar, and what is pointed at. Not here: keys
 * (`MomentSlider`).
 */
import { type MouseEvent, type PointerEvent, useEffect, useRef } from "react";
import type { Span } from "../../lib/timelineSpans";
import { lengthOf, momentAt } from "../../lib/timelineWindow";
import type { BarWindow } from "./useBarWindow";

/** A press that moves less is a click. */
const DRAG_PX = 4;
/** Turning a wheel so far doubles or halves what is shown. */
const WHEEL_DOUBLES_PX = 240;
/** Wheels that count lines, not pixels. */
const LINE_PX = 16;

/** A press so near to what plays takes hold of it; fingers are wide. */
const GRAB_PX = 8;
const FINGER_PX = 22;

interface Drag {
  fromX: number;
  /** What was shown as it began. */
  window: Span;
  /** Whether it moves the moment that plays, and not the bar. */
  isScrub: boolean;
  isMoving: boolean;
}

interface Options {
  /** A span is chosen: drags belong to that. */
  isChoosing: boolean;
  /** What plays: it can be dragged. Where the whole day is shown, so can any moment. */
  playheadMs: number | undefined;
  /** The pointer is at a moment, and so high; undefined: it is gone. */
  onPoint: (ms: number | undefined, by: "hover" | "drag", clientY: number) => void;
  /** A moment was dragged to; a pixel is so long. */
  onRelease: (ms: number, pixelMs: number) => void;
}

interface Pinch {
  window: Span;
  shares: readonly [number, number];
}

/** Handlers for the bar. */
export function useBarGestures(bar: BarWindow, options: Options) {
  const { isChoosing, playheadMs, onPoint, onRelease } = options;
  const ref = useRef<HTMLFieldSetElement>(null);
  const latest = useRef(bar);
  latest.current = bar;
  const fingers = useRef(new Map<number, number>());
  const drag = useRef<Drag>(undefined);
  const pinch = useRef<Pinch>(undefined);
  const wasDragged = useRef(false);

  useEffect(() => {
    const element = ref.current;
    const onWheel = (event: WheelEvent) => {
      if (element !== null && turn(event, element, latest.current)) {
        event.preventDefault();
      }
    };
    // React's own wheel handlers cannot keep the page from scrolling.
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => element?.removeEventListener("wheel", onWheel);
  }, []);

  const shares = (element: HTMLElement): readonly [number, number] => {
    const [a = 0, b = 0] = [...fingers.current.values()].map((x) => shareOf(x, element));
    return [a, b];
  };
  const momentOf = (event: PointerEvent<HTMLElement>) =>
    momentAt(shareOf(event.clientX, event.currentTarget), latest.current.window);
  const isAtPlayhead = (event: PointerEvent<HTMLElement>) => {
    const { width } = event.currentTarget.getBoundingClientRect();
    const pixelMs = lengthOf(latest.current.window) / width;
    const reachPx = event.pointerType === "touch" ? FINGER_PX : GRAB_PX;
    return playheadMs !== undefined && Math.abs(momentOf(event) - playheadMs) <= reachPx * pixelMs;
  };
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (isChoosing || event.button > 0) {
      return;
    }
    wasDragged.current = false;
    fingers.current.set(event.pointerId, event.clientX);
    const { window } = latest.current;
    if (fingers.current.size === 2) {
      drag.current = undefined;
      wasDragged.current = true;
      pinch.current = { window, shares: shares(event.currentTarget) };
      onPoint(undefined, "drag", event.clientY);
    } else {
      const isScrub = latest.current.isWhole || isAtPlayhead(event);
      drag.current = { fromX: event.clientX, window, isScrub, isMoving: false };
    }
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (!fingers.current.has(event.pointerId)) {
      // A finger points at nothing before it presses.
      if (event.pointerType !== "touch") {
        onPoint(momentOf(event), "hover", event.clientY);
      }
      return;
    }
    fingers.current.set(event.pointerId, event.clientX);
    if (pinch.current !== undefined) {
      latest.current.pinch(pinch.current.window, pinch.current.shares, shares(event.currentTarget));
    } else if (drag.current !== undefined) {
      move(event, drag.current);
    }
  };
  const move = (event: PointerEvent<HTMLElement>, held: Drag) => {
    const byPx = event.clientX - held.fromX;
    if (!held.isMoving && Math.abs(byPx) >= DRAG_PX) {
      held.isMoving = true;
      wasDragged.current = true;
      // Not before: a captured press would be no click on what lies below it.
      event.currentTarget.setPointerCapture?.(event.pointerId);
    }
    if (held.isMoving && held.isScrub) {
      onPoint(momentOf(event), "drag", event.clientY);
    } else if (held.isMoving) {
      onPoint(undefined, "hover", event.clientY);
      const { width } = event.currentTarget.getBoundingClientRect();
      const toMs = held.window.startMs - (byPx / width) * lengthOf(held.window);
      latest.current.pan(toMs - latest.current.window.startMs);
    }
  };
  const onPointerEnd = (event: PointerEvent<HTMLElement>) => {
    fingers.current.delete(event.pointerId);
    pinch.current = undefined;
    drag.current = undefined;
  };
  const onPointerUp = (event: PointerEvent<HTMLElement>) => {
    const held = drag.current;
    onPointerEnd(event);
    if (held?.isMoving && held.isScrub) {
      const { width } = event.currentTarget.getBoundingClientRect();
      onPoint(undefined, "drag", event.clientY);
      onRelease(momentOf(event), lengthOf(latest.current.window) / width);
    }
  };
  const onPointerGone = (event: PointerEvent<HTMLElement>) => {
    onPointerEnd(event);
    onPoint(undefined, "hover", event.clientY);
  };
  /** Letting go of what was dragged is no click. */
  const onClickCapture = (event: MouseEvent<HTMLElement>) => {
    if (wasDragged.current) {
      wasDragged.current = false;
      event.stopPropagation();
    }
  };

  return {
    ref,
    onPointerDown,
    onPointerMove,
    onPointerUp,
    onPointerCancel: onPointerGone,
    // Without a capture, a press that is let go elsewhere is not heard of.
    onPointerLeave: onPointerGone,
    onClickCapture,
  };
}

/** Zooms, or moves with Shift or a wheel that turns sideways; says whether anything changed. */
function turn(event: WheelEvent, element: HTMLElement, bar: BarWindow): boolean {
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE_PX;
  const { width } = element.getBoundingClientRect();
  const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
  if (isSideways) {
    const byPx = (event.deltaX || event.deltaY) * unit;
    return bar.pan((byPx / width) * lengthOf(bar.window));
  }
  const around = momentAt(shareOf(event.clientX, element), bar.window);
  return bar.zoom(2 ** ((event.deltaY * unit) / WHEEL_DOUBLES_PX), around);
}

function shareOf(clientX: number, element: HTMLElement): number {
  const { left, width } = element.getBoundingClientRect();
  return Math.min(Math.max((clientX - left) / width, 0), 1);
}
