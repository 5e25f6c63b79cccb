/**
 * One tab stop for many days: arrow keys move between them. The days are elements with `data-day`
 * in rows with `data-row`; those that can be reached with the tab key have tabIndex 0.
 */
import { type KeyboardEvent, useState } from "react";

const STEPS: Readonly<Record<string, readonly [row: number, column: number]>> = {
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
};

export function useDayKeys(initial: string) {
  const [current, setCurrent] = useState<string>();
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const target = (event.target as HTMLElement).closest<HTMLElement>("[data-day]");
    if (target === null) {
      return;
    }
    const rows = [...event.currentTarget.querySelectorAll("[data-row]")].map((row) => [
      ...row.querySelectorAll<HTMLElement>("[data-day]"),
    ]);
    const next = nextCell(rows, target, event.key);
    if (next !== undefined) {
      event.preventDefault();
      setCurrent(next.dataset.day);
      next.focus();
    }
  };
  return {
    onKeyDown,
    tabIndexOf: (key: string) => (key === (current ?? initial) ? 0 : -1),
    onFocus: (key: string) => setCurrent(key),
  };
}

function nextCell(rows: HTMLElement[][], from: HTMLElement, key: string): HTMLElement | undefined {
  const row = rows.findIndex((cells) => cells.includes(from));
  const cells = rows[row] ?? [];
  const column = cells.indexOf(from);
  if (key === "Home") {
    return cells[0];
  }
  if (key === "End") {
    return cells.at(-1);
  }
  const step = STEPS[key];
  if (step === undefined) {
    return undefined;
  }
  if (step[0] === 0) {
    // From the end of a week to the beginning of the next one.
    const all = rows.flat();
    return all[all.indexOf(from) + step[1]];
  }
  // Weeks at the ends of a month are short: the column is that of the place, not of the count.
  const place = Number(from.dataset.column ?? column);
  const target = rows[row + step[0]] ?? [];
  return target.find((cell, index) => Number(cell.dataset.column ?? index) === place);
}
