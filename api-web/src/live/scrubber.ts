/**
 * The moment of a timeline that somebody points at, and small pictures of it: one request at a time
 * for each camera, the newest moment next. Not here: drawing them, what is under the pointer
 * (`components/recordings`).
 */
import type { PreviewAnswer, PreviewSize } from "../api/media";
import { previewMoment } from "../lib/previewMoments";
import { type DayCoverage, type GapSpan, playableSpans, type Span } from "../lib/timelineSpans";
import { PreviewLoader, type WantedPreview } from "./previewLoader";
import { spanAt } from "./syncClock";

export interface Point {
  ms: number;
  /** "drag": it is about to be played. */
  by: "hover" | "drag" | "keys";
  /** Id of the camera that is pointed at; undefined: all of them are meant. */
  camera: string | undefined;
  /** What the timeline shows: pictures are as far apart as its zoom asks for. */
  window: Span;
}

export interface Preview {
  /** The picture that came last for a moment like this one; undefined over a gap. */
  url: string | undefined;
  gap: GapSpan | undefined;
  /** Why there is no picture. */
  words: string | undefined;
}

export interface ScrubView {
  point: Point | undefined;
  /** By id, of those cameras that are meant. */
  previews: ReadonlyMap<string, Preview>;
}

export type FetchPreview = (
  camera: string,
  ms: number,
  size: PreviewSize,
  signal: AbortSignal,
) => Promise<PreviewAnswer>;

export class Scrubber {
  readonly #load: FetchPreview;
  readonly #listeners = new Set<() => void>();
  readonly #loaders = new Map<string, PreviewLoader>();
  #days: ReadonlyMap<string, DayCoverage> = new Map();
  #point: Point | undefined;
  #view: ScrubView = { point: undefined, previews: new Map() };

  constructor(fetchPreview: FetchPreview) {
    this.#load = fetchPreview;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly view = (): ScrubView => this.#view;

  /** The day of each camera, by id; pictures of others are let go. */
  setFootage(days: ReadonlyMap<string, DayCoverage>): void {
    this.#days = days;
    for (const [id, loader] of this.#loaders) {
      if (!days.has(id)) {
        loader.close();
        this.#loaders.delete(id);
      }
    }
  }

  /** Points at a moment, or at none any more. */
  point(point: Point | undefined): void {
    if (point === undefined && this.#point === undefined) {
      return;
    }
    this.#point = point;
    for (const [id, day] of this.#days) {
      const isMeant = point !== undefined && (point.camera ?? id) === id;
      const footage = isMeant ? spanAt(playableSpans(day), point.ms) : undefined;
      const wanted = isMeant && footage ? wantedOf(point, footage) : undefined;
      this.#loader(id).want(wanted);
    }
    this.#publish();
  }

  /** Lets go of all pictures. */
  close(): void {
    this.setFootage(new Map());
    this.#point = undefined;
  }

  #loader(id: string): PreviewLoader {
    const known = this.#loaders.get(id);
    if (known !== undefined) {
      return known;
    }
    const loader = new PreviewLoader(
      ({ ms, size }, signal) => this.#load(id, ms, size, signal),
      () => this.#publish(),
    );
    this.#loaders.set(id, loader);
    return loader;
  }

  #publish(): void {
    const point = this.#point;
    const previews = new Map<string, Preview>();
    for (const [id, day] of this.#days) {
      if (point !== undefined && (point.camera ?? id) === id) {
        previews.set(id, previewOf(day, point.ms, this.#loaders.get(id)));
      }
    }
    this.#view = { point, previews };
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

function wantedOf({ ms, by, window }: Point, footage: Span): WantedPreview {
  // What is dragged to stands in the player's place.
  return { ms: previewMoment(ms, window, footage), size: by === "drag" ? "large" : "small" };
}

function previewOf(day: DayCoverage, ms: number, loader: PreviewLoader | undefined): Preview {
  if (spanAt(playableSpans(day), ms) === undefined) {
    return { url: undefined, gap: spanAtGap(day.gaps, ms), words: undefined };
  }
  return { url: loader?.url, gap: undefined, words: loader?.words };
}

function spanAtGap(gaps: readonly GapSpan[], ms: number): GapSpan | undefined {
  return gaps.find(({ startMs, endMs }) => ms >= startMs && ms < endMs);
}
