/** Lets wheel, fingers and pointer magnify the picture in a frame. Not here: the arithmetic. */
import {
  type PointerEvent,
  type PointerEventHandler,
  type RefObject,
  useEffect,
  useEffectEvent,
  useRef,
  useState,
} from "react";
import type { Size } from "../../live/gridLayout";
import {
  bounded,
  MAX_SCALE,
  type Magnification,
  magnify,
  type Point,
  pan,
  pictureShare,
  pinch,
  WHOLE,
  wheelFactor,
} from "../../live/magnification";

export interface Magnifier {
  view: Magnification;
  isMagnified: boolean;
  /** Magnifies about the middle. */
  magnify: (factor: number) => void;
  /** Moves the picture by a part of the frame. */
  move: (by: Point) => void;
  /** Shows this, or the nearest that is allowed. */
  show: (view: Magnification) => void;
  showWhole: () => void;
  /** For the frame. */
  handlers: Readonly<
    Record<
      "onPointerDown" | "onPointerMove" | "onPointerUp" | "onPointerCancel",
      PointerEventHandler<HTMLElement>
    >
  >;
}

const MIDDLE: Point = { x: 0, y: 0 };

/**
 * Shows the whole picture while it is not active. `pictureSize` is asked for when something moves:
 * zeros while it is not known.
 */
export function useMagnifier(
  frame: RefObject<HTMLElement | null>,
  pictureSize: () => Size,
  isActive: boolean,
  mostScale = MAX_SCALE,
): Magnifier {
  const [view, setView] = useState(WHOLE);
  const pointers = useRef(new Map<number, Point>());
  const isMagnified = view.scale > WHOLE.scale;

  const measure = () => {
    const { left, top, width, height } = frame.current?.getBoundingClientRect() ?? new DOMRect();
    const share = pictureShare({ width, height }, pictureSize());
    return { size: { width, height } satisfies Size, left, top, share };
  };

  const pointOf = ({ clientX, clientY }: Pick<MouseEvent, "clientX" | "clientY">): Point => {
    const { left, top, size } = measure();
    return {
      x: part(clientX - left, size.width) - 0.5,
      y: part(clientY - top, size.height) - 0.5,
    };
  };

  const onWheel = useEffectEvent((event: WheelEvent) => {
    const next = magnify(view, wheelFactor(event), pointOf(event), measure().share, mostScale);
    // What changes nothing here may scroll the page.
    if (next.scale !== view.scale || event.ctrlKey) {
      event.preventDefault();
      setView(next);
    }
  });
  const onResize = useEffectEvent(() => setView((old) => bounded(old, measure().share, mostScale)));

  useEffect(() => {
    const element = frame.current;
    if (!isActive || element === null) {
      return;
    }
    // React listens passively, and could not keep the page from scrolling.
    const listener = (event: WheelEvent) => onWheel(event);
    element.addEventListener("wheel", listener, { passive: false });
    const sizes = new ResizeObserver(() => onResize());
    sizes.observe(element);
    const touching = pointers.current;
    return () => {
      element.removeEventListener("wheel", listener);
      sizes.disconnect();
      touching.clear();
      setView(WHOLE);
    };
  }, [frame, isActive]);

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    if (!isActive || event.button !== 0 || pointers.current.size >= 2) {
      return;
    }
    pointers.current.set(event.pointerId, pointOf(event));
    if (isMagnified || pointers.current.size === 2) {
      for (const id of pointers.current.keys()) {
        event.currentTarget.setPointerCapture(id);
      }
    }
  };

  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const before = pointers.current.get(event.pointerId);
    if (before === undefined) {
      return;
    }
    const now = pointOf(event);
    const { size, share } = measure();
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, now);
    setView((old) =>
      other === undefined
        ? pan(old, { x: now.x - before.x, y: now.y - before.y }, share, mostScale)
        : pinch(old, [before, other], [now, other], size, share, mostScale),
    );
  };

  const onPointerEnd = (event: PointerEvent<HTMLElement>) => {
    pointers.current.delete(event.pointerId);
  };

  return {
    view,
    isMagnified,
    magnify: (factor) => setView((old) => magnify(old, factor, MIDDLE, measure().share, mostScale)),
    move: (by) => setView((old) => pan(old, by, measure().share, mostScale)),
    show: (wanted) => setView(bounded(wanted, measure().share, mostScale)),
    showWhole: () => setView(WHOLE),
    handlers: {
      onPointerDown,
      onPointerMove,
      onPointerUp: onPointerEnd,
      onPointerCancel: onPointerEnd,
    },
  };
}

/** Nothing has a size before it is laid out. */
function part(px: number, wholePx: number): number {
  return wholePx > 0 ? px / wholePx : 0.5;
}
