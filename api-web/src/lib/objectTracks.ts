/** Where the objects of events were at any moment, from the moments that are kept. Pure. */
import type { Event, Moment } from "../gen/ronin/v1/event_pb";
import type { Box } from "./boxes";
import { timestampMs } from "./time";

/** An object is where it was last seen for as long: until the next picture would have been looked at. */
const HOLD_MS = 400;

/** One object on its way. */
export interface ObjectTrack {
  label: string;
  trackId: bigint;
  /** When each of the moments was, ascending, in milliseconds since 1970. */
  times: readonly number[];
  moments: readonly Moment[];
}

/** The objects of events that come with their paths. */
export function tracksOf(events: readonly Event[]): ObjectTrack[] {
  return events
    .filter(({ path }) => path.length > 0)
    .map(({ label, trackId, path }) => ({
      label,
      trackId,
      times: path.map(({ time }) => timestampMs(time) ?? 0),
      moments: path,
    }));
}

/** The objects that are in the picture of that moment; between two that are kept, on the line. */
export function boxesAt(tracks: readonly ObjectTrack[], wallMs: number): Box[] {
  return tracks.flatMap((track) => {
    const box = boxAt(track, wallMs);
    return box === undefined ? [] : [box];
  });
}

function boxAt({ label, trackId, times, moments }: ObjectTrack, wallMs: number): Box | undefined {
  const index = times.findLastIndex((ms) => ms <= wallMs);
  const [before, after] = [moments[index], moments[index + 1]];
  const [beforeMs, afterMs] = [times[index], times[index + 1]];
  if (before === undefined || beforeMs === undefined) {
    return undefined;
  }
  if (after === undefined || afterMs === undefined) {
    return wallMs - beforeMs <= HOLD_MS ? boxOf(label, trackId, before) : undefined;
  }
  const part = (wallMs - beforeMs) / (afterMs - beforeMs);
  const between = (from: number, to: number) => from + (to - from) * part;
  return boxOf(label, trackId, {
    x: between(before.x, after.x),
    y: between(before.y, after.y),
    width: between(before.width, after.width),
    height: between(before.height, after.height),
    score: before.score,
  });
}

type Place = Pick<Moment, "x" | "y" | "width" | "height" | "score">;

function boxOf(label: string, trackId: bigint, { x, y, width, height, score }: Place): Box {
  return { label, trackId, score, x, y, width, height, still: false };
}
