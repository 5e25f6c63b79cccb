/**
 * Which cameras the live page shows, and in which order.
 *
 * Not here: named layouts, which the server keeps (`api/layouts`).
 */

/** Ids of cameras; those in neither list are new. */
export interface Arrangement {
  order: readonly string[];
  leftOut: readonly string[];
}

/** The cameras that there are, by an arrangement. */
export interface Arranged<Camera> {
  shown: readonly Camera[];
  leftOut: readonly Camera[];
}

interface Identified {
  id: string;
}

/** All cameras, in the order in which the server names them. */
const AS_THEY_COME: Arrangement = { order: [], leftOut: [] };

/** Sorts cameras by an arrangement: new ones go to the end, and those that are gone are passed over. */
export function arrange<Camera extends Identified>(
  cameras: readonly Camera[],
  { order, leftOut }: Arrangement,
): Arranged<Camera> {
  const places = new Map(order.map((id, index) => [id, index]));
  const place = ({ id }: Camera) => places.get(id) ?? order.length;
  const hidden = new Set(leftOut);
  return {
    shown: cameras.filter(({ id }) => !hidden.has(id)).sort((a, b) => place(a) - place(b)),
    leftOut: cameras.filter(({ id }) => hidden.has(id)),
  };
}

/** `id` comes to place `to`, from 0, or to the nearest that there is. */
export function withMoved(from: Arranged<Identified>, id: string, to: number): Arrangement {
  const { order, leftOut } = written(from);
  const others = order.filter((other) => other !== id);
  const place = Math.min(Math.max(to, 0), others.length);
  return { order: [...others.slice(0, place), id, ...others.slice(place)], leftOut };
}

/** `id` is shown no more. */
export function withLeftOut(from: Arranged<Identified>, id: string): Arrangement {
  const { order, leftOut } = written(from);
  return { order: order.filter((other) => other !== id), leftOut: [...leftOut, id] };
}

/** `id` is shown again, after the others. */
export function withPutBack(from: Arranged<Identified>, id: string): Arrangement {
  const { order, leftOut } = written(from);
  return { order: [...order, id], leftOut: leftOut.filter((other) => other !== id) };
}

function written({ shown, leftOut }: Arranged<Identified>): Arrangement {
  return { order: shown.map(({ id }) => id), leftOut: leftOut.map(({ id }) => id) };
}

const STORAGE_KEY = "ronin.live.arrangement";

/** The arrangement of this browser, the same in all its tabs; where no named layout is chosen. */
export class BrowserArrangement {
  readonly #storage: Storage;
  readonly #listeners = new Set<() => void>();
  #text: string | null = null;
  #arrangement = AS_THEY_COME;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** The same object until it changes. */
  readonly current = (): Arrangement => {
    const text = this.#storage.getItem(STORAGE_KEY);
    if (text !== this.#text) {
      this.#text = text;
      this.#arrangement = parsed(text);
    }
    return this.#arrangement;
  };

  readonly save = (arrangement: Arrangement): void => {
    this.#storage.setItem(STORAGE_KEY, JSON.stringify(arrangement));
    for (const listener of this.#listeners) {
      listener();
    }
  };

  /** Calls `listener` after each change; returns how to stop that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    const onStorage = (event: StorageEvent) => {
      if (event.key === STORAGE_KEY || event.key === null) {
        listener();
      }
    };
    this.#listeners.add(listener);
    window.addEventListener("storage", onStorage);
    return () => {
      this.#listeners.delete(listener);
      window.removeEventListener("storage", onStorage);
    };
  };
}

/** What cannot be read is no arrangement: the cameras are shown as they come. */
function parsed(text: string | null): Arrangement {
  try {
    const { order, leftOut } = JSON.parse(text ?? "{}");
    return { order: ids(order), leftOut: ids(leftOut) };
  } catch {
    return AS_THEY_COME;
  }
}

function ids(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((id) => typeof id === "string") : [];
}
