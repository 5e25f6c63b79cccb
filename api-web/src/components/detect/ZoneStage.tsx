/**
 * A picture of the camera with zones and masks on it: the points of the one that is worked on are
 * dragged, or moved by the arrow keys; while one is drawn, a click places a point.
 *
 * Not here: what the changes are made to (`ZoneEditor`).
 */
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { contains, middleAfter, type Point } from "../../lib/polygon";
import { AreaShapes, pointList } from "./AreaShapes";
import type { DrawnArea } from "./areas";
import classes from "./detect.module.css";

/** One press of an arrow key, and one with Shift. */
const STEP = 0.005;
const LARGE_STEP = 0.05;
/** A pointer that moved further did not click. */
const CLICK_PX = 6;
/** So near to the first point, a click closes the line. */
const CLOSE_PX = 14;

const STEPS: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

interface Props {
  label: string;
  /** Address of the picture; undefined while there is none. */
  picture: string | undefined;
  /** What is said in its place. */
  words: string;
  areas: readonly DrawnArea[];
  selected: DrawnArea | undefined;
  /** The points of the line that is being drawn; undefined while none is. */
  draft: readonly Point[] | undefined;
  /** Says how the keys are used, for those who hear it. */
  hintId: string;
  onSelect: (id: string) => void;
  onPlace: (point: Point) => void;
  onClose: () => void;
  onMove: (index: number, to: Point) => void;
  onAdd: (index: number) => void;
  onRemove: (index: number) => void;
}

export function ZoneStage(props: Props) {
  const { label, picture, words, areas, selected, draft } = props;
  const stage = useRef<HTMLElement>(null);
  const down = useRef<{ x: number; y: number }>(undefined);
  const [pointer, setPointer] = useState<Point>();
  const [broken, setBroken] = useState<string>();
  const isDrawing = draft !== undefined;

  const placeOf = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = stage.current?.getBoundingClientRect() ?? new DOMRect();
    const part = (at: number, length: number) => (length > 0 ? at / length : 0);
    return { x: part(clientX - left, width), y: part(clientY - top, height) };
  };

  const click = (event: PointerEvent) => {
    const at = placeOf(event);
    if (draft === undefined) {
      const hit = areas.findLast(({ points }) => contains(points, at));
      if (hit !== undefined) {
        props.onSelect(hit.id);
      }
      return;
    }
    const { width = 0, height = 0 } = stage.current?.getBoundingClientRect() ?? {};
    const [first] = draft;
    const isClosing =
      first !== undefined &&
      draft.length >= 3 &&
      Math.hypot((first.x - at.x) * width, (first.y - at.y) * height) <= CLOSE_PX;
    if (isClosing) {
      props.onClose();
    } else {
      props.onPlace(at);
    }
  };

  const onPointerUp = (event: PointerEvent) => {
    const from = down.current;
    down.current = undefined;
    if (from && Math.hypot(event.clientX - from.x, event.clientY - from.y) <= CLICK_PX) {
      click(event);
    }
  };

  return (
    <section
      ref={stage}
      className={classes.stage}
      aria-label={label}
      data-testid="zone-stage"
      data-drawing={isDrawing || undefined}
      onPointerDown={({ clientX, clientY }) => {
        down.current = { x: clientX, y: clientY };
      }}
      onPointerMove={(event) => isDrawing && setPointer(placeOf(event))}
      onPointerLeave={() => setPointer(undefined)}
      onPointerUp={onPointerUp}
      onPointerCancel={() => {
        down.current = undefined;
      }}
    >
      {picture === undefined || broken === picture ? (
        <div className={classes.stageEmpty}>{words}</div>
      ) : (
        <img
          className={classes.stagePicture}
          src={picture}
          alt=""
          draggable={false}
          onError={() => setBroken(picture)}
        />
      )}
      <AreaShapes areas={areas} selected={isDrawing ? undefined : selected?.id} />
      {draft && <Draft points={draft} pointer={pointer} />}
      {!isDrawing && selected && (
        <Handles key={selected.id} {...props} area={selected} placeOf={placeOf} />
      )}
    </section>
  );
}

function Draft({ points, pointer }: { points: readonly Point[]; pointer: Point | undefined }) {
  const line = pointer && points.length > 0 ? [...points, pointer] : points;
  return (
    <>
      <svg
        className={classes.shapes}
        viewBox="0 0 100 100"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <polyline className={classes.halo} points={pointList(line)} />
        <polyline className={classes.draft} points={pointList(line)} />
      </svg>
      {points.map((point, index) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: points have nothing but their places.
          key={index}
          className={classes.draftPoint}
          style={at(point)}
        />
      ))}
    </>
  );
}

interface HandlesProps extends Pick<Props, "hintId" | "onMove" | "onAdd" | "onRemove"> {
  area: DrawnArea;
  placeOf: (event: PointerEvent) => Point;
}

function Handles({ area, hintId, placeOf, onMove, onAdd, onRemove }: HandlesProps) {
  const { name, points } = area;
  const buttons = useRef<(HTMLButtonElement | null)[]>([]);
  const [dragged, setDragged] = useState<number>();
  /** The point that gets the focus when it is there. */
  const [wanted, setWanted] = useState<number>();
  useEffect(() => {
    if (wanted !== undefined) {
      buttons.current[wanted]?.focus();
      setWanted(undefined);
    }
  }, [wanted]);

  const add = (index: number) => {
    onAdd(index);
    setWanted(index + 1);
  };
  const onKeyDown = (index: number) => (event: KeyboardEvent) => {
    const by = STEPS[event.key];
    const point = points[index];
    if (event.ctrlKey || event.altKey || event.metaKey || point === undefined) {
      return;
    }
    if (by !== undefined) {
      const step = event.shiftKey ? LARGE_STEP : STEP;
      onMove(index, { x: point.x + step * by.x, y: point.y + step * by.y });
    } else if (event.key === "Delete" || event.key === "Backspace") {
      onRemove(index);
      if (index === points.length - 1) {
        setWanted(index - 1);
      }
    } else if (event.key === "+" || event.key === "Insert") {
      add(index);
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      {points.map((_point, index) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: edges have nothing but their places.
          key={`edge-${index}`}
          type="button"
          className={classes.handle}
          data-adds
          aria-label={`Add a point after point ${index + 1} of ${name}`}
          style={at(middleAfter(points, index))}
          onPointerDown={(event) => event.stopPropagation()}
          onPointerUp={(event) => event.stopPropagation()}
          onClick={() => add(index)}
        />
      ))}
      {points.map((point, index) => (
        <button
          // biome-ignore lint/suspicious/noArrayIndexKey: points have nothing but their places.
          key={`point-${index}`}
          ref={(button) => {
            buttons.current[index] = button;
          }}
          type="button"
          className={classes.handle}
          aria-label={`Point ${index + 1} of ${name}`}
          aria-describedby={hintId}
          style={at(point)}
          onPointerDown={(event) => {
            event.stopPropagation();
            event.currentTarget.setPointerCapture?.(event.pointerId);
            setDragged(index);
          }}
          onPointerMove={(event) => dragged === index && onMove(index, placeOf(event))}
          onPointerUp={(event) => {
            event.stopPropagation();
            setDragged(undefined);
          }}
          onPointerCancel={() => setDragged(undefined)}
          onKeyDown={onKeyDown(index)}
        />
      ))}
    </>
  );
}

function at({ x, y }: Point) {
  return { left: `${x * 100}%`, top: `${y * 100}%` };
}
