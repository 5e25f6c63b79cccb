/**
 * Lets a pointer drag tiles within a grid: a tile takes the place of the one it is dragged over.
 *
 * Tiles carry `data-tile`. The pointer is captured by the grid, because a tile that changes its place
 * in the document loses it.
 */
import { type PointerEvent, type PointerEventHandler, useRef } from "react";

type DragHandlers = Readonly<
  Record<
    "onPointerDown" | "onPointerMove" | "onPointerUp" | "onPointerCancel",
    PointerEventHandler<HTMLElement>
  >
>;

/** Calls `onMove` with what the dragged tile carries, and the place among the tiles, from 0. */
export function useTileDrag(onMove: (tile: string, place: number) => void): DragHandlers {
  const dragged = useRef<string>(undefined);

  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    const target = event.target as Element;
    const tile = target.closest<HTMLElement>("[data-tile]");
    const isOtherButton = target.closest("button:not([data-handle])") !== null;
    if (event.button === 0 && tile !== null && !isOtherButton) {
      dragged.current = tile.dataset.tile;
      event.currentTarget.setPointerCapture(event.pointerId);
    }
  };

  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    const tile = dragged.current;
    if (tile === undefined) {
      return;
    }
    const tiles = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-tile]")];
    const place = tiles.findIndex((other) => isOver(other, event));
    if (place !== -1 && tiles[place]?.dataset.tile !== tile) {
      onMove(tile, place);
    }
  };

  const onPointerEnd = () => {
    dragged.current = undefined;
  };

  return {
    onPointerDown,
    onPointerMove,
    onPointerUp: onPointerEnd,
    onPointerCancel: onPointerEnd,
  };
}

function isOver(element: Element, { clientX, clientY }: PointerEvent): boolean {
  const { left, right, top, bottom } = element.getBoundingClientRect();
  return clientX >= left && clientX < right && clientY >= top && clientY < bottom;
}
