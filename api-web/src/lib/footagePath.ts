/** Addresses of footage: of one camera, and of several side by side. */
import { dayKey } from "./time";
import type { Span } from "./timelineSpans";

/** More players at once are more than browsers and people can follow. */
export const MOST_CAMERAS = 9;
/** So many are shown where nobody chose them. */
export const FIRST_CAMERAS = 4;

/** When: a moment, a day, or undefined for now. */
type When = number | Span | undefined;

/** The camera, and as many of the others as are shown at first. */
export function besides(id: string, all: readonly { id: string }[]): string[] {
  const others = all.map((camera) => camera.id).filter((other) => other !== id);
  return [id, ...others].slice(0, FIRST_CAMERAS);
}

/** Footage of several cameras; ids need no escaping, and commas stay readable. */
export function footagePath(ids: readonly string[], when: When): string {
  return `/footage?cameras=${ids.join(",")}${whenQuery("&", when)}`;
}

/** Footage of one camera. */
export function cameraFootagePath(id: string, when: When): string {
  return `/cameras/${id}${whenQuery("?", when)}`;
}

/** The cameras that a URL names, each once; undefined where it names none. */
export function parseCameras(text: string | null): string[] | undefined {
  return text === null
    ? undefined
    : [...new Set(text.split(",").filter((id) => id !== ""))].slice(0, MOST_CAMERAS);
}

function whenQuery(sign: string, when: When): string {
  if (when === undefined) {
    return "";
  }
  return typeof when === "number"
    ? `${sign}at=${encodeURIComponent(new Date(when).toISOString())}`
    : `${sign}day=${dayKey(when.startMs)}`;
}
