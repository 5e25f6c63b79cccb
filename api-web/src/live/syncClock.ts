/**
 * One clock for the players of several cameras: how it goes on, and what keeps each player at it.
 * Pure. Not here: the players, timers (`syncedFootage`), which footage there is (`lib/timelineSpans`).
 *
 * Distances are in milliseconds of footage; at more than 1× they may be as much longer.
 */
import { SECOND_MS } from "../lib/time";
import type { Span } from "../lib/timelineSpans";

/** A player that is so near is left alone: a picture of most cameras. */
export const FINE_MS = 40;
/** A player that is further away is sent to the clock; nearer ones go a little faster or slower. */
export const SEEK_BEYOND_MS = SECOND_MS;
/** A player that is behind makes up for it in about this time. */
const CATCH_UP_MS = 2 * SECOND_MS;
/** More is heard and seen. */
const MOST_CORRECTION = 0.25;
/** Browsers refuse faster ones. */
const FASTEST_RATE = 16;
const SLOWEST_RATE = 0.0625;
/** Times are rounded to milliseconds on the way to a player and back. */
const STILL_MS = 5;
/** So long the clock waits for a picture; then it goes on without that camera. */
export const PATIENCE_MS = 5 * SECOND_MS;
/** A player that did not come where it was sent is not sent again before this. */
const SEEK_REST_MS = 1_500;
/** Timers that were asleep for longer do not count: nobody saw what would have been shown. */
const LONGEST_STEP_MS = 2 * SECOND_MS;
/** So near to a gap a player may already be behind it. */
const ENDING_MS = SECOND_MS / 2;

/** What became of one player. */
interface Track {
  /** Where it was sent last. */
  soughtMs: number | undefined;
  /** When that was, on the monotonic clock. */
  sentMs: number | undefined;
  /** Since when it has no picture though there is footage, on the monotonic clock. */
  lateSinceMs: number | undefined;
}

export interface SyncClock {
  /** The moment that all show. */
  wallMs: number;
  isPlaying: boolean;
  speed: number;
  /** Whether it stands because pictures are on their way. */
  isWaiting: boolean;
  /** Monotonic time of the last step. */
  steppedMs: number | undefined;
  tracks: ReadonlyMap<string, Track>;
}

/** A player as it is when the clock looks at it. */
export interface PlayerView {
  id: string;
  /** When there is footage of its camera, in order. */
  footage: readonly Span[];
  /** "ready": it shows what it was asked for. "failed": it will not, and nobody waits for it. */
  state: "loading" | "ready" | "failed";
  /** The moment that it is at; undefined while it has no footage at all. */
  positionMs: number | undefined;
  isPaused: boolean;
  rate: number;
}

export interface SyncInput {
  /** Monotonic. */
  nowMs: number;
  /** What is later is not written yet. */
  latestMs: number;
  /** Whether the clock stands because not all is known that it needs. */
  isHeld: boolean;
  players: readonly PlayerView[];
}

export type SyncCommand =
  | { id: string; kind: "play" | "pause" }
  | { id: string; kind: "seek"; ms: number }
  | { id: string; kind: "rate"; rate: number };

export interface SyncStep {
  clock: SyncClock;
  commands: SyncCommand[];
  /** Whether it stopped because no camera has later footage. */
  hasEnded: boolean;
}

/** A clock that stands at a moment. */
export function clockAt(wallMs: number): SyncClock {
  return {
    wallMs,
    isPlaying: false,
    speed: 1,
    isWaiting: false,
    steppedMs: undefined,
    tracks: new Map(),
  };
}

/** The clock at another moment: whoever was sent or waited for before does not count any more. */
export function sought(clock: SyncClock, wallMs: number): SyncClock {
  return { ...clock, wallMs, isWaiting: false, tracks: new Map() };
}

/** The span that holds the moment. */
export function spanAt(footage: readonly Span[], ms: number): Span | undefined {
  return footage.find(({ startMs, endMs }) => ms >= startMs && ms < endMs);
}

/** Where a player belongs at the moment: there, or where its footage goes on; undefined: nowhere. */
export function placeOf(footage: readonly Span[], ms: number): number | undefined {
  const next = footage.find(({ endMs }) => endMs > ms);
  return next && Math.max(next.startMs, ms);
}

export function step(clock: SyncClock, input: SyncInput): SyncStep {
  const late = new Map(
    input.players.map((player) => [player.id, lateSince(player, clock, input.nowMs)]),
  );
  const isStopped =
    input.isHeld ||
    [...late.values()].some((ms) => ms !== undefined && input.nowMs - ms < PATIENCE_MS);
  const { wallMs, hasEnded, edge } = isStopped ? stays(clock) : advanced(clock, input);
  const isWaiting = clock.isPlaying && (isStopped || edge === "beyond");
  const next: SyncClock = {
    ...clock,
    wallMs,
    isWaiting,
    isPlaying: clock.isPlaying && !hasEnded,
    steppedMs: input.nowMs,
  };
  const pace: Pace = {
    wallMs,
    nowMs: input.nowMs,
    speed: edge === "at" ? Math.min(clock.speed, 1) : clock.speed,
    motion: !next.isPlaying ? "still" : isWaiting ? "waiting" : "playing",
  };
  const tracks = new Map<string, Track>();
  const commands: SyncCommand[] = [];
  for (const player of input.players) {
    const track = { ...(clock.tracks.get(player.id) ?? NEW), lateSinceMs: late.get(player.id) };
    const wanted = commandsFor(player, track, pace);
    const seek = wanted.find((command) => command.kind === "seek");
    commands.push(...wanted);
    tracks.set(
      player.id,
      seek?.kind === "seek" ? { ...track, soughtMs: seek.ms, sentMs: input.nowMs } : track,
    );
  }
  return { clock: { ...next, tracks }, commands, hasEnded };
}

const NEW: Track = { soughtMs: undefined, sentMs: undefined, lateSinceMs: undefined };

/** Since when the player ought to show something and does not; undefined: it does, or need not. */
function lateSince(player: PlayerView, clock: SyncClock, nowMs: number): number | undefined {
  const isLate = player.state === "loading" && spanAt(player.footage, clock.wallMs) !== undefined;
  return isLate ? (clock.tracks.get(player.id)?.lateSinceMs ?? nowMs) : undefined;
}

interface Advance {
  wallMs: number;
  hasEnded: boolean;
  /**
   * Where it is to what is written: "at" its end it goes no faster than that; "beyond" it stands until
   * that is written.
   */
  edge: "before" | "at" | "beyond";
}

function stays({ wallMs }: SyncClock): Advance {
  return { wallMs, hasEnded: false, edge: "before" };
}

/** The clock goes on, over gaps that all cameras have. */
function advanced(clock: SyncClock, { nowMs, latestMs, players }: SyncInput): Advance {
  const { wallMs, isPlaying, speed, steppedMs } = clock;
  if (!isPlaying || players.length === 0) {
    return stays(clock);
  }
  const passedMs = Math.min(nowMs - (steppedMs ?? nowMs), LONGEST_STEP_MS);
  const wantedMs = wallMs + passedMs * speed;
  if (latestMs < wallMs) {
    return { wallMs, hasEnded: false, edge: "beyond" };
  }
  const reachedMs = Math.min(wantedMs, latestMs);
  const places = players
    .map(({ footage }) => placeOf(footage, reachedMs))
    .filter((ms) => ms !== undefined);
  if (places.length === 0) {
    return { wallMs: reachedMs, hasEnded: true, edge: "before" };
  }
  const edge = reachedMs < wantedMs ? "at" : "before";
  return { wallMs: Math.min(...places), hasEnded: false, edge };
}

interface Pace {
  wallMs: number;
  nowMs: number;
  speed: number;
  motion: "playing" | "waiting" | "still";
}

function commandsFor(player: PlayerView, track: Track, pace: Pace): SyncCommand[] {
  const { id, isPaused, positionMs } = player;
  if (positionMs === undefined || player.state === "failed") {
    return isPaused ? [] : [{ id, kind: "pause" }];
  }
  const span = spanAt(player.footage, pace.wallMs);
  const isRunning = span !== undefined && pace.motion === "playing";
  const motion: SyncCommand[] = isRunning
    ? isPaused && player.state === "ready"
      ? [{ id, kind: "play" }]
      : []
    : isPaused
      ? []
      : [{ id, kind: "pause" }];
  // Behind a gap it waits at its next picture, and is there when the clock is.
  const placeMs = placeOf(player.footage, pace.wallMs);
  if (placeMs === undefined) {
    return motion;
  }
  const offMs = placeMs - positionMs;
  const longer = Math.max(1, pace.speed);
  if (Math.abs(offMs) > (pace.motion === "still" || !span ? STILL_MS : SEEK_BEYOND_MS * longer)) {
    const isBehindGap =
      span !== undefined && offMs < 0 && span.endMs - pace.wallMs < ENDING_MS * longer;
    return isBehindGap || !maySeek(player, track, placeMs, pace)
      ? motion
      : [...motion, { id, kind: "seek", ms: placeMs }];
  }
  const rate = isRunning ? rateFor(offMs, pace.speed) : player.rate;
  return rate === player.rate ? motion : [...motion, { id, kind: "rate", rate }];
}

function maySeek(player: PlayerView, track: Track, ms: number, pace: Pace): boolean {
  const isNew = track.soughtMs === undefined || track.sentMs === undefined;
  if (isNew) {
    return true;
  }
  if (pace.motion === "still") {
    return ms !== track.soughtMs;
  }
  return player.state === "ready" && pace.nowMs - (track.sentMs ?? 0) >= SEEK_REST_MS;
}

/** How fast a player goes that is `offMs` behind (above 0) or ahead (below 0). */
function rateFor(offMs: number, speed: number): number {
  const realMs = offMs / Math.max(1, speed);
  const share =
    Math.abs(realMs) <= FINE_MS
      ? 0
      : Math.min(Math.max(realMs / CATCH_UP_MS, -MOST_CORRECTION), MOST_CORRECTION);
  // Not finer than what is seen: each change of it costs the browser something.
  const rate = Math.round((speed + share * Math.max(1, speed)) * 100) / 100;
  return Math.min(Math.max(rate, SLOWEST_RATE), FASTEST_RATE);
}
