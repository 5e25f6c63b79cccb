/**
 * Which moment a position in a playlist of recorded footage shows, and the other way round. Media
 * time runs on over gaps; wall-clock time jumps there, so every piece is asked for its own.
 */

/** A fragment of a playlist, as hls.js describes it. */
export interface Piece {
  /** Where it begins in media time, in seconds. */
  start: number;
  /** Seconds. */
  duration: number;
  /** Wall-clock time of its first picture, in milliseconds since 1970. */
  programDateTime: number | null;
}

/** The wall-clock time of the picture at `position` seconds; undefined where nothing says it. */
export function wallTimeAt(pieces: readonly Piece[], position: number): number | undefined {
  const dated = pieces.filter(({ programDateTime }) => programDateTime !== null);
  const piece = dated.findLast(({ start }) => start <= position) ?? dated[0];
  if (piece?.programDateTime == null) {
    return undefined;
  }
  // A hole between two pieces shows the last picture before it.
  const into = Math.min(Math.max(position - piece.start, 0), piece.duration);
  return piece.programDateTime + into * 1_000;
}

/**
 * The position that shows the moment `wallMs`, or the first one after it where it lies in a gap;
 * the end where there is none. Undefined where no piece has a time.
 */
export function positionOf(pieces: readonly Piece[], wallMs: number): number | undefined {
  let end: number | undefined;
  for (const { start, duration, programDateTime } of pieces) {
    if (programDateTime === null) {
      continue;
    }
    const into = (wallMs - programDateTime) / 1_000;
    if (into < duration) {
      return start + Math.max(into, 0);
    }
    end = start + duration;
  }
  return end;
}
