/**
 * What was seen in the last pictures of a camera, and which of it belongs to the picture that is
 * shown: boxes come while the picture is still on its way, or behind it where the detector is slow.
 *
 * Not here: the stream that brings it (`api/detections`), and drawing it (`components/detect`).
 */
import type { AnalysedPicture } from "../gen/ronin/v1/detection_pb";
import { DetectionGate } from "../gen/ronin/v1/event_pb";
import { timestampMs } from "../lib/time";

/** An object may be somewhere else after this. */
export const STALE_MS = 1_000;
/** Live pictures are less late than this, HLS among them. */
const KEPT_MS = 30_000;
const KEPT_MOST = 600;

export interface SeenPicture {
  /** When it was taken, in milliseconds since 1970. */
  wallMs: number;
  /** When it was told, by the clock of the page. */
  toldMs: number;
  picture: AnalysedPicture;
}

/** What is drawn over one picture; each undefined where nothing recent is known. */
export interface SeenNow {
  /** The last one that the detector looked at. */
  lookedAt: SeenPicture | undefined;
  /** The last one that was looked at for motion. */
  latest: SeenPicture | undefined;
}

export class SeenPictures {
  #pictures: SeenPicture[] = [];
  #newest: SeenPicture | undefined;
  readonly #listeners = new Set<() => void>();

  readonly add = (picture: AnalysedPicture, nowMs = performance.now()): void => {
    const seen = { wallMs: timestampMs(picture.wallTime) ?? 0, toldMs: nowMs, picture };
    this.#pictures = [
      ...this.#pictures.filter(({ toldMs }) => nowMs - toldMs < KEPT_MS).slice(1 - KEPT_MOST),
      seen,
    ];
    this.#newest = seen;
    for (const listener of this.#listeners) {
      listener();
    }
  };

  /** The one that was told last. */
  readonly newest = (): SeenPicture | undefined => this.#newest;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /**
   * What belongs to the picture that was taken at `shownMs`; where that is not known, what was told
   * last.
   */
  at(shownMs: number | undefined, nowMs = performance.now()): SeenNow {
    const isDue = ({ wallMs, toldMs }: SeenPicture) => {
      const age = shownMs === undefined ? nowMs - toldMs : shownMs - wallMs;
      return age >= 0 && age <= STALE_MS;
    };
    const due = this.#pictures.filter(isDue);
    return {
      lookedAt: due.findLast(({ picture }) => picture.gate !== DetectionGate.UNSPECIFIED),
      latest: due.at(-1),
    };
  }
}
