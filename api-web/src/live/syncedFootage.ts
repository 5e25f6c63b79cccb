/**
 * Players of several cameras that show one moment: asks each how it is, lets the clock step, and does
 * what it says. Not here: what the clock decides (`syncClock`), how a player plays (`footagePlayer`),
 * React.
 */
import { MINUTE_MS, SECOND_MS } from "../lib/time";
import { type DayCoverage, type GapSpan, playableSpans, type Span } from "../lib/timelineSpans";
import {
  clockAt,
  type PlayerView,
  placeOf,
  type SyncClock,
  type SyncCommand,
  sought,
  spanAt,
  step,
} from "./syncClock";

/** Often enough that nobody sees a player come in late; a player that drifts needs it less. */
export const TICK_MS = 100;
/** What is younger may not be on disk, or not in the playlist that was read last. */
export const EDGE_MS = 12 * SECOND_MS;
/** Steps are so long where no player knows its pictures. */
const PICTURE_MS = 40;

/**
 * One playlist: short, because one that grows is read again and again for each camera; and long enough
 * that at 16× it is not the playlists that are waited for.
 */
const PLAYLIST_MS = 30 * MINUTE_MS;
/** Playlists begin at whole steps, so that a moment asked for again is in the same one. */
const PLAYLIST_STEP_MS = 10 * MINUTE_MS;
/** Going back a little does not need another one. */
const PLAYLIST_LEAD_MS = MINUTE_MS;

/** One player, as the clock needs it. */
export interface SyncedPlayer {
  state: () => PlayerView["state"];
  positionMs: () => number | undefined;
  neighbourMs: (direction: 1 | -1) => number | undefined;
  isPaused: () => boolean;
  rate: () => number;
  play: () => void;
  pause: () => void;
  show: (ms: number) => void;
  /** Whether it can show a moment without the server. */
  isLoaded: (ms: number) => boolean;
  setRate: (rate: number) => void;
}

export interface CameraView {
  /** What is to be loaded; undefined where the camera has no later footage. */
  span: Span | undefined;
  /** Whether there is footage of the moment. */
  hasFootage: boolean;
  /** Why there is none, as far as that is known. */
  gap: GapSpan | undefined;
  /** When its footage goes on; undefined: not on this day. */
  resumesMs: number | undefined;
}

export interface SyncView {
  wallMs: number;
  isPlaying: boolean;
  isWaiting: boolean;
  speed: number;
  /** Those whose footage is known. */
  cameras: ReadonlyMap<string, CameraView>;
}

interface Options {
  /** Where the clock stands at first. */
  wallMs: number;
}

interface Known {
  day: DayCoverage;
  footage: readonly Span[];
}

export class SyncedFootage {
  readonly #players = new Map<string, SyncedPlayer>();
  readonly #listeners = new Set<() => void>();
  readonly #seekListeners = new Set<(ms: number) => void>();
  #known: ReadonlyMap<string, Known> = new Map();
  #isComplete = false;
  #clock: SyncClock;
  #view: SyncView;

  constructor({ wallMs }: Options) {
    this.#clock = clockAt(wallMs);
    this.#view = viewOf(this.#clock, new Map());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Told each moment that somebody asks for, before anything is sent there. */
  readonly onSeek = (listener: (ms: number) => void): (() => void) => {
    this.#seekListeners.add(listener);
    return () => this.#seekListeners.delete(listener);
  };

  /** What is shown; another object whenever any of it changes. */
  readonly view = (): SyncView => this.#view;

  /** Lets the clock go; the function returned stops it. `onEnded`: no camera has later footage. */
  run(onEnded: () => void): () => void {
    const timer = setInterval(() => {
      if (this.tick() === "ended") {
        onEnded();
      }
    }, TICK_MS);
    return () => clearInterval(timer);
  }

  /** The footage of each camera that is shown; the clock stands while it is not complete. */
  setFootage(days: ReadonlyMap<string, DayCoverage>, isComplete: boolean): void {
    this.#isComplete = isComplete;
    this.#known = new Map(
      [...days].map(([id, day]) => [id, { day, footage: growing(day) }] as const),
    );
    this.tick();
  }

  /** The player of a camera, in the place of an older one; the function returned takes it away. */
  attach(id: string, player: SyncedPlayer): () => void {
    this.#players.set(id, player);
    // A new player has not been sent anywhere.
    const tracks = new Map(this.#clock.tracks);
    tracks.delete(id);
    this.#clock = { ...this.#clock, tracks };
    this.tick();
    return () => {
      if (this.#players.get(id) === player) {
        this.#players.delete(id);
      }
    };
  }

  play(): void {
    this.#become({ ...this.#clock, isPlaying: true });
  }

  pause(): void {
    this.#become({ ...this.#clock, isPlaying: false, isWaiting: false });
  }

  setSpeed(speed: number): void {
    this.#become({ ...this.#clock, speed });
  }

  seek(wallMs: number): void {
    const ms = Math.round(wallMs);
    for (const listener of this.#seekListeners) {
      listener(ms);
    }
    this.#become(sought(this.#clock, ms));
  }

  /** Whether the player of a camera can show a moment without the server. */
  isLoaded(id: string, ms: number): boolean {
    return this.#players.get(id)?.isLoaded(ms) ?? false;
  }

  /** Pauses, and shows the next (1) or the last (-1) picture of the camera, or else of any other. */
  stepPicture(direction: 1 | -1, lead: string | undefined): void {
    const { wallMs } = this.#clock;
    const leads = [...this.#players.entries()]
      .filter(([id]) => spanAt(this.#known.get(id)?.footage ?? [], wallMs))
      .sort(([a], [b]) => Number(b === lead) - Number(a === lead));
    const ms = leads[0]?.[1].neighbourMs(direction) ?? wallMs + direction * PICTURE_MS;
    this.#clock = { ...this.#clock, isPlaying: false };
    this.seek(ms);
  }

  /** Where a player that is made now begins. */
  placeOf(id: string): number {
    const { wallMs } = this.#clock;
    return placeOf(this.#known.get(id)?.footage ?? [], wallMs) ?? wallMs;
  }

  /** Lets the clock step; says whether it came to the end of all footage by that. */
  tick(): "going" | "ended" {
    const { clock, commands, hasEnded } = step(this.#clock, {
      nowMs: performance.now(),
      latestMs: Date.now() - EDGE_MS,
      isHeld: !this.#isComplete,
      players: [...this.#known].map(([id, { footage }]) => this.#look(id, footage)),
    });
    this.#clock = clock;
    for (const command of commands) {
      this.#act(command);
    }
    this.#publish();
    return hasEnded ? "ended" : "going";
  }

  #become(clock: SyncClock): void {
    // What passed before somebody asked for this belongs to what was before.
    this.#clock = { ...clock, steppedMs: performance.now() };
    this.tick();
  }

  #look(id: string, footage: readonly Span[]): PlayerView {
    const player = this.#players.get(id);
    return {
      id,
      footage,
      state: player?.state() ?? "loading",
      positionMs: player?.positionMs(),
      isPaused: player?.isPaused() ?? true,
      rate: player?.rate() ?? 1,
    };
  }

  #act(command: SyncCommand): void {
    const player = this.#players.get(command.id);
    switch (command.kind) {
      case "play":
        player?.play();
        break;
      case "pause":
        player?.pause();
        break;
      case "seek":
        player?.show(command.ms);
        break;
      default:
        player?.setRate(command.rate);
    }
  }

  #publish(): void {
    const cameras = new Map(
      [...this.#known].map(([id, known]) => [
        id,
        cameraView(known, this.#clock.wallMs, this.#view.cameras.get(id)),
      ]),
    );
    const view = viewOf(this.#clock, cameras);
    if (!isSame(view, this.#view)) {
      this.#view = view;
      for (const listener of this.#listeners) {
        listener();
      }
    }
  }
}

/** What can be played; what is being written goes on, and the clock stays behind its end. */
function growing(day: DayCoverage): Span[] {
  const isGrowing = day.gaps.at(-1)?.kind === "pending";
  const spans = playableSpans(day);
  const last = spans.at(-1);
  return isGrowing && last ? [...spans.slice(0, -1), { ...last, endMs: day.endMs }] : spans;
}

/** What is loaded around a moment: what was, as long as it holds the moment. */
export function playlistSpan(held: Span | undefined, ms: number, day: Span): Span {
  if (held !== undefined && spanAt([held], ms) !== undefined) {
    return held;
  }
  const firstMs = Math.floor((ms - PLAYLIST_LEAD_MS) / PLAYLIST_STEP_MS) * PLAYLIST_STEP_MS;
  return {
    startMs: Math.max(firstMs, day.startMs),
    endMs: Math.min(firstMs + PLAYLIST_MS, day.endMs),
  };
}

function cameraView(
  { day, footage }: Known,
  wallMs: number,
  before: CameraView | undefined,
): CameraView {
  const placeMs = placeOf(footage, wallMs);
  const hasFootage = placeMs === wallMs;
  const view: CameraView = {
    span: placeMs === undefined ? undefined : playlistSpan(before?.span, placeMs, day),
    hasFootage,
    gap: hasFootage
      ? undefined
      : day.gaps.find(({ startMs, endMs }) => wallMs >= startMs && wallMs < endMs),
    resumesMs: hasFootage ? undefined : placeMs,
  };
  return before !== undefined && isSame(view, before) ? before : view;
}

function viewOf(clock: SyncClock, cameras: ReadonlyMap<string, CameraView>): SyncView {
  const { wallMs, isPlaying, isWaiting, speed } = clock;
  return { wallMs: Math.round(wallMs), isPlaying, isWaiting, speed, cameras };
}

/** One level deep; maps by what is in them, and spans by where they are. */
function isSame<T extends object>(a: T, b: T): boolean {
  return (Object.keys(a) as (keyof T)[]).every((key) => isSameValue(a[key], b[key]));
}

function isSameValue(a: unknown, b: unknown): boolean {
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([key, value]) => b.get(key) === value);
  }
  if (isSpan(a) && isSpan(b)) {
    return a.startMs === b.startMs && a.endMs === b.endMs;
  }
  return Object.is(a, b);
}

function isSpan(value: unknown): value is Span {
  return typeof value === "object" && value !== null && "startMs" in value && "endMs" in value;
}
