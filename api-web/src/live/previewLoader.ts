/**
 * Small pictures of one camera's footage: one is on its way at most, and the newest that is wanted is
 * the next. Not here: which are wanted (`scrubber`, `still`).
 */
import type { PreviewAnswer, PreviewSize } from "../api/media";

/** A picture to ask for. */
export interface WantedPreview {
  ms: number;
  size: PreviewSize;
}

export class PreviewLoader {
  readonly #load: (wanted: WantedPreview, signal: AbortSignal) => Promise<PreviewAnswer>;
  readonly #onChange: () => void;
  readonly #ending = new AbortController();
  #wanted: WantedPreview | undefined;
  #shown: WantedPreview | undefined;
  #isLoading = false;
  url: string | undefined;
  /** Why there is no picture of the moment that was asked for last. */
  words: string | undefined;

  constructor(
    fetchPicture: (wanted: WantedPreview, signal: AbortSignal) => Promise<PreviewAnswer>,
    onChange: () => void,
  ) {
    this.#load = fetchPicture;
    this.#onChange = onChange;
  }

  want(wanted: WantedPreview | undefined): void {
    this.#wanted = wanted;
    if (!this.#isLoading) {
      this.#next();
    }
  }

  /** The picture of that moment and no other; undefined while it is not there. */
  urlOf(wanted: WantedPreview): string | undefined {
    return isSame(wanted, this.#shown) ? this.url : undefined;
  }

  close(): void {
    this.#ending.abort();
    this.#wanted = undefined;
    this.#show(undefined);
  }

  #next(): void {
    const wanted = this.#wanted;
    if (wanted === undefined || isSame(wanted, this.#shown)) {
      return;
    }
    this.#isLoading = true;
    void this.#load(wanted, this.#ending.signal).then((answer) => {
      this.#isLoading = false;
      if (this.#ending.signal.aborted) {
        return;
      }
      this.#shown = wanted;
      this.words = answer.kind === "none" ? answer.words : undefined;
      this.#show(answer.kind === "picture" ? answer.jpeg : undefined);
      this.#next();
      this.#onChange();
    });
  }

  #show(jpeg: Blob | undefined): void {
    if (this.url !== undefined) {
      URL.revokeObjectURL(this.url);
    }
    this.url = jpeg && URL.createObjectURL(jpeg);
  }
}

function isSame(a: WantedPreview | undefined, b: WantedPreview | undefined): boolean {
  return a?.ms === b?.ms && a?.size === b?.size;
}
