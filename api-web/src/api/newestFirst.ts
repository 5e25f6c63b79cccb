/**
 * Lists that come newest first, page by page: how one that is new or changed is put into what is
 * cached of them. Pure.
 */
import type { InfiniteData } from "@tanstack/react-query";

interface Named {
  name: string;
}

/** What a list is made of. */
export interface ListShape<Page extends { nextPageToken: string }, Item extends Named> {
  items: (page: Page) => Item[];
  withItems: (page: Page, items: Item[]) => Page;
  /** What it is ordered by. */
  timeMs: (item: Item) => number;
}

/** The list with the item in the place of its older self, or where it belongs by its age. */
export function withItem<Page extends { nextPageToken: string }, Item extends Named>(
  list: InfiniteData<Page>,
  item: Item,
  shape: ListShape<Page, Item>,
): InfiniteData<Page> {
  const isIt = ({ name }: Item) => name === item.name;
  const isOlder = (one: Item) => shape.timeMs(one) <= shape.timeMs(item);
  if (list.pages.some((page) => shape.items(page).some(isIt))) {
    return changed(list, shape, (items) => items.map((one) => (isIt(one) ? item : one)));
  }
  const last = list.pages.length - 1;
  const before = list.pages.findIndex((page) => shape.items(page).some(isOlder));
  if (before === -1 && list.pages[last]?.nextPageToken !== "") {
    // It is on a page that is not read yet.
    return list;
  }
  const at = before === -1 ? last : before;
  return changed(list, shape, (items, index) => {
    if (index !== at) {
      return items;
    }
    const place = before === -1 ? items.length : items.findIndex(isOlder);
    return items.toSpliced(place, 0, item);
  });
}

/** The list without the item of that name. */
export function withoutItem<Page extends { nextPageToken: string }, Item extends Named>(
  list: InfiniteData<Page>,
  name: string,
  shape: ListShape<Page, Item>,
): InfiniteData<Page> {
  return changed(list, shape, (items) => items.filter((one) => one.name !== name));
}

function changed<Page extends { nextPageToken: string }, Item extends Named>(
  list: InfiniteData<Page>,
  shape: ListShape<Page, Item>,
  change: (items: Item[], index: number) => Item[],
): InfiniteData<Page> {
  const pages = list.pages.map((page, index) =>
    shape.withItems(page, change(shape.items(page), index)),
  );
  return { ...list, pages };
}
