/** Up to which moment the person at this browser has seen the notices; the same in every tab. */
import { DAY_MS } from "../lib/time";

const STORAGE_KEY = "ronin.notices.seen";
/** Who comes for the first time is told the news of the last day. */
const FIRST_VISIT_MS = DAY_MS;

export class SeenNotices {
  readonly #storage: Storage;
  readonly #listeners = new Set<() => void>();

  constructor(storage: Storage) {
    this.#storage = storage;
    if (this.#stored() === undefined) {
      storage.setItem(STORAGE_KEY, String(Date.now() - FIRST_VISIT_MS));
    }
  }

  /** Notices after this moment have not been seen. */
  readonly untilMs = (): number => this.#stored() ?? 0;

  /** The notices up to this moment have been seen. */
  readonly saw = (ms: number): void => {
    if (ms > this.untilMs()) {
      this.#storage.setItem(STORAGE_KEY, String(ms));
      for (const listener of this.#listeners) {
        listener();
      }
    }
  };

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

  #stored(): number | undefined {
    const ms = Number(this.#storage.getItem(STORAGE_KEY) ?? Number.NaN);
    return Number.isFinite(ms) ? ms : undefined;
  }
}
