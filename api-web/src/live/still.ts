/**
 * The picture that stands for a moment of one camera's footage from when it is asked for until the
 * video shows it. Not here: drawing it (`components/recordings`), what the video shows (`sentVideo`).
 */
import type { PreviewAnswer } from "../api/media";
import { SECOND_MS } from "../lib/time";
import { PreviewLoader } from "./previewLoader";

/** What is further away from the moment that was asked for is another one. */
export const SAME_WITHIN_MS = SECOND_MS;

export type LoadStill = (ms: number, signal: AbortSignal) => Promise<PreviewAnswer>;

interface Asked {
  ms: number;
  /** The moment whose picture stands for it. */
  pictureMs: number;
}

export class Still {
  readonly #load: LoadStill;
  readonly #listeners = new Set<() => void>();
  #loader: PreviewLoader | undefined;
  /** Undefined while the video has what was asked for last. */
  #asked: Asked | undefined;
  #url: string | undefined;

  constructor(loadStill: LoadStill) {
    this.#load = loadStill;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The picture to be shown; undefined: none. */
  readonly url = (): string | undefined => this.#url;

  /** A moment is asked for that the video does not have yet. */
  ask(ms: number, pictureMs = ms): void {
    this.#asked = { ms, pictureMs };
    this.#loader ??= new PreviewLoader(
      (wanted, signal) => this.#load(wanted.ms, signal),
      () => this.#publish(),
    );
    this.#loader.want(wantedOf(this.#asked));
    this.#publish();
  }

  /** The video draws the moment that it was sent to, which may be an earlier one. */
  readonly drawn = (sentMs: number): void => {
    if (this.#isAsked(sentMs)) {
      this.drop();
    }
  };

  /** This moment is to be shown now: the still of another one is out of date. */
  readonly goOn = (ms: number): void => {
    if (!this.#isAsked(ms)) {
      this.drop();
    }
  };

  /** None is wanted any more. */
  readonly drop = (): void => {
    this.#asked = undefined;
    this.#loader?.want(undefined);
    this.#publish();
  };

  /** Lets go of the picture. */
  close(): void {
    this.drop();
    this.#loader?.close();
    this.#loader = undefined;
  }

  #isAsked(ms: number): boolean {
    return this.#asked !== undefined && Math.abs(ms - this.#asked.ms) <= SAME_WITHIN_MS;
  }

  #publish(): void {
    const url = this.#asked && this.#loader?.urlOf(wantedOf(this.#asked));
    if (url !== this.#url) {
      this.#url = url;
      for (const listener of this.#listeners) {
        listener();
      }
    }
  }
}

/** As large as what is dragged to: both stand in the player's place. */
function wantedOf({ pictureMs }: Asked) {
  return { ms: pictureMs, size: "large" as const };
}
