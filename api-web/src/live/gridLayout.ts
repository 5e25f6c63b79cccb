/** Which cameras a live page shows and in how many columns and rows. Not here: drawing them. */

/** Below this width tiles are stacked and scrolled rather than squeezed. */
const NARROW_PX = 560;

/** The layouts to choose from: automatic, or a fixed number of columns and rows. */
export const LAYOUTS = ["auto", "1", "2", "3", "4"] as const;
export type Layout = (typeof LAYOUTS)[number];

/** The most tiles at once: each is a decoder and a download. */
export const MAX_TILES = 16;
/** Cameras send pictures of about this shape. */
const TILE_ASPECT = 16 / 9;

export interface Size {
  width: number;
  height: number;
}

export interface Grid {
  columns: number;
  rows: number;
}

export interface GridPage<T> extends Grid {
  /** The tiles of this page, at most columns × rows. */
  tiles: T[];
  /** This page, from 1. */
  page: number;
  pages: number;
}

/** The layout named in a URL; automatic where it names none. */
export function parseLayout(text: string | null): Layout {
  return LAYOUTS.find((layout) => layout === text) ?? "auto";
}

/** The page named in a URL; the first where it names none. */
export function parsePage(text: string | null): number {
  const page = Number(text ?? "1");
  return Number.isInteger(page) && page >= 1 ? page : 1;
}

/** Cuts `items` into pages of the layout and returns page `page`, or the last one there is. */
export function gridPage<T>(
  items: readonly T[],
  layout: Layout,
  page: number,
  area: Size,
): GridPage<T> {
  const perPage = layout === "auto" ? MAX_TILES : Number(layout) ** 2;
  const pages = Math.max(1, Math.ceil(items.length / perPage));
  const shown = Math.min(Math.max(page, 1), pages);
  const tiles = items.slice((shown - 1) * perPage, shown * perPage);
  const side = Number(layout);
  const grid = layout === "auto" ? automatic(tiles.length, area) : { columns: side, rows: side };
  return { ...grid, tiles, page: shown, pages };
}

/** Whether tiles are stacked and the page scrolls. Not before the area is measured. */
export function isNarrowArea(area: Size): boolean {
  return area.width > 0 && area.width < NARROW_PX;
}

function automatic(count: number, area: Size): Grid {
  return isNarrowArea(area) ? { columns: 1, rows: Math.max(1, count) } : largestTiles(count, area);
}

/** The columns and rows that make `count` tiles as large as they can be in `area`. */
export function largestTiles(count: number, area: Size): Grid {
  let best = { columns: 1, rows: Math.max(1, count), width: 0 };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const width = Math.min(area.width / columns, (area.height / rows) * TILE_ASPECT);
    // Of equals the wider grid wins: screens are wide.
    if (width >= best.width) {
      best = { columns, rows, width };
    }
  }
  return { columns: best.columns, rows: best.rows };
}

/** Columns and rows of pictures that show one moment; of the others, where one of them is large. */
export function gridShape(count: number, hasLarge: boolean, isNarrow: boolean): Grid {
  const small = Math.max(1, hasLarge ? count - 1 : count);
  const most = hasLarge ? (isNarrow ? 4 : 8) : isNarrow ? 2 : 3;
  // Four are a square.
  const wanted = hasLarge ? Math.max(small, isNarrow ? 4 : 6) : Math.ceil(Math.sqrt(small));
  // Two on a phone are one below the other: side by side they would be stamps.
  const columns = isNarrow && !hasLarge && count <= 2 ? 1 : Math.min(wanted, most);
  return { columns, rows: Math.ceil(small / columns) };
}
