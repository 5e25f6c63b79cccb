/** Pictures and files of footage over HTTP. Not here: playlists, which players load themselves. */
import type { Span } from "../lib/timelineSpans";
import { asSentence } from "./errors";

export type PreviewAnswer =
  | { kind: "picture"; jpeg: Blob }
  /** Why there is none, in words. */
  | { kind: "none"; words: string };

/** As high as a small picture is in any case, or high enough to stand in a player's place. */
export type PreviewSize = "small" | "large";
const LARGE_PX = 360;

/** Where a picture of the moment is: that of the last key frame before it. `camera` is an id. */
export function previewPath(camera: string, ms: number, size: PreviewSize = "small"): string {
  const height = size === "large" ? `&height=${LARGE_PX}` : "";
  return `/preview/${camera}.jpg?time=${encodeURIComponent(rfc3339(ms))}${height}`;
}

/** The picture that `previewPath` leads to, or why there is none. */
export async function fetchPreview(
  camera: string,
  ms: number,
  size: PreviewSize,
  signal: AbortSignal,
): Promise<PreviewAnswer> {
  try {
    const answer = await fetch(previewPath(camera, ms, size), { signal });
    return isGiven(answer)
      ? { kind: "picture", jpeg: await answer.blob() }
      : { kind: "none", words: await refusal(answer) };
  } catch {
    return { kind: "none", words: "The server does not answer." };
  }
}

/** Where a span of a camera is downloaded as one MP4 file. `camera` is an id. */
export function downloadPath(camera: string, { startMs, endMs }: Span): string {
  const query = new URLSearchParams({ start: rfc3339(startMs), end: rfc3339(endMs) });
  return `/playback/${camera}/span.mp4?${query}`;
}

/**
 * Why the server would not give the file, in words; undefined: it would. Asked before a download
 * begins, which says nothing but that it failed.
 */
export async function downloadRefusal(path: string): Promise<string | undefined> {
  const ending = new AbortController();
  try {
    if (isGiven(await fetch(path, { method: "HEAD" }))) {
      return undefined;
    }
    // Only an answer with a body has the words.
    const answer = await fetch(path, { signal: ending.signal });
    return isGiven(answer) ? undefined : await refusal(answer);
  } catch {
    return "The server does not answer. Try again.";
  } finally {
    // Should there be a file by now, it is not wanted here.
    ending.abort();
  }
}

/** A server that does not know the path answers with the app itself. */
function isGiven({ ok, headers }: Response): boolean {
  return ok && !headers.get("content-type")?.startsWith("text/html");
}

async function refusal(answer: Response): Promise<string> {
  if (answer.status === 401 || answer.status === 403) {
    return "The session for video has ended. Sign out and in again.";
  }
  if (answer.ok) {
    return "The server cannot do this. It is older than this page.";
  }
  const words = asSentence(await answer.text());
  // A proxy in between answers with a page of its own.
  return words === "" || words.startsWith("<")
    ? `The server answered with ${answer.status}.`
    : words;
}

function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}
