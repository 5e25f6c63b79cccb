/** The focus among events that are links with `data-event`, in a grid of as many columns as fit. */

/** The links, in order. */
function links(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>("[data-event]")];
}

/** How many events stand side by side. */
export function columnsOf(list: HTMLElement): number {
  const tops = links(list).map((link) => link.closest("li")?.getBoundingClientRect().top ?? 0);
  const below = tops.findIndex((top) => top !== tops[0]);
  return below === -1 ? 1 : below;
}

/** How far an arrow leads; undefined for other keys. */
export function arrowStep(key: string, columns: number): number | undefined {
  switch (key) {
    case "ArrowLeft":
      return -1;
    case "ArrowRight":
      return 1;
    case "ArrowUp":
      return -columns;
    case "ArrowDown":
      return columns;
    default:
      return undefined;
  }
}

/**
 * Moves the focus by so many events; where none has it, to `current`'s neighbour or the first one.
 * False where there is none so far.
 */
export function moveFocus(list: HTMLElement, step: number, current?: string): boolean {
  const all = links(list);
  const focused = document.activeElement?.closest("li")?.querySelector("[data-event]");
  const from = all.findIndex(
    (link) => link === focused || (!focused && link.dataset.event === current),
  );
  const next = from === -1 ? all[0] : all[from + step];
  next?.focus();
  return next !== undefined;
}

/** Puts the focus on an event; false where it is not in the list. */
export function focusEvent(list: HTMLElement, name: string): boolean {
  const link = links(list).find(({ dataset }) => dataset.event === name);
  link?.focus();
  return link !== undefined;
}
