/** Wheel, drag and two fingers on the coverage bar. Not here: keys (`MomentSlider`). */
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

interface Drag {
  fromX: number;
  /** What was shown as it began. */
  window: Span;
  isMoving: boolean;
}

interface Pinch {
  window: Span;
  shares: readonly [number, number];
}

/** Handlers for the bar; while `isChoosing`, drags belong to the span that is chosen. */
export function useBarGestures(bar: BarWindow, isChoosing: boolean) {
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
    } else {
      drag.current = { fromX: event.clientX, window, isMoving: false };
    }
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (!fingers.current.has(event.pointerId)) {
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
    if (!held.isMoving && Math.abs(byPx) >= DRAG_PX && !latest.current.isWhole) {
      held.isMoving = true;
      wasDragged.current = true;
      // Not before: a captured press would be no click on what lies below it.
      event.currentTarget.setPointerCapture?.(event.pointerId);
    }
    if (held.isMoving) {
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
    onPointerUp: onPointerEnd,
    onPointerCancel: onPointerEnd,
    // Without a capture, a press that is let go elsewhere is not heard of.
    onPointerLeave: onPointerEnd,
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
