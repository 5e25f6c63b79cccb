/**
 * The session secret of this browser: where it is kept and who hears of a change.
 *
 * Not here: what a session may do (the server decides) and the cookie for media (set by the server,
 * out of reach of scripts).
 */

const STORAGE_KEY = "ronin.session";

type Listener = () => void;

/** Holds the secret of the session, the same in every tab of this browser. */
export class Session {
  readonly #storage: Storage;
  readonly #listeners = new Set<Listener>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** The secret, or undefined while nobody is signed in. */
  readonly token = (): string | undefined => this.#storage.getItem(STORAGE_KEY) ?? undefined;

  /** Keeps the secret of a new session. */
  signedIn(token: string): void {
    this.#storage.setItem(STORAGE_KEY, token);
    this.#tell();
  }

  /** Forgets the session, because it was ended or because the server refused it. */
  signedOut(): void {
    if (this.token() === undefined) {
      return;
    }
    this.#storage.removeItem(STORAGE_KEY);
    this.#tell();
  }

  /** Calls `listener` after each change, in this tab or another; returns how to stop that. */
  readonly subscribe = (listener: Listener): (() => void) => {
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

  #tell(): void {
    for (const listener of this.#listeners) {
      listener();
    }
  }
}
