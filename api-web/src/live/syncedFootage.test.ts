/** Players of several cameras that show one moment, made of notes. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HOUR_MS, MINUTE_MS, SECOND_MS } from "../lib/time";
import type { DayCoverage, GapSpan } from "../lib/timelineSpans";
import { EDGE_MS, playlistSpan, SyncedFootage, type SyncedPlayer, TICK_MS } from "./syncedFootage";

const DAY = Date.UTC(2026, 0, 15);
const NOW = DAY + 20 * HOUR_MS;
const at = (minutes: number) => DAY + minutes * MINUTE_MS;

function dayWith(recorded: readonly [number, number][], gaps: readonly GapSpan[] = []) {
  const day: DayCoverage = {
    startMs: DAY,
    endMs: DAY + 24 * HOUR_MS,
    recorded: recorded.map(([from, to]) => ({ startMs: at(from), endMs: at(to) })),
    gaps: [...gaps],
    motion: [],
    events: [],
    coverage: 1,
  };
  return day;
}
const WHOLE = dayWith([[0, 24 * 60]]);
const lost = (from: number, to: number): GapSpan => ({
  startMs: at(from),
  endMs: at(to),
  cause: "CAMERA_UNREACHABLE",
  message: "no answer",
  kind: "lost",
});

/** A player that is where it is told to be, and plays on with the time of the test. */
class FakePlayer implements SyncedPlayer {
  positionAt = at(10);
  paused = true;
  speed = 1;
  now: "loading" | "ready" | "failed" = "ready";
  loadedMs: number | undefined;
  state = () => this.now;
  positionMs = () => this.positionAt;
  neighbourMs = (direction: 1 | -1) => this.positionAt + direction * 66;
  isPaused = () => this.paused;
  rate = () => this.speed;
  play = () => {
    this.paused = false;
  };
  pause = () => {
    this.paused = true;
  };
  show = (ms: number) => {
    this.positionAt = ms;
  };
  isLoaded = (ms: number) => ms === this.loadedMs;
  setRate = (rate: number) => {
    this.speed = rate;
  };
  pass(ms: number) {
    this.positionAt += this.paused ? 0 : ms * this.speed;
  }
}

let ended: () => void;
let stop: () => void;
let synced: SyncedFootage;
let players: Map<string, FakePlayer>;

/** The clock goes for so long, with all players. */
function pass(ms: number) {
  for (let passed = 0; passed < ms; passed += TICK_MS) {
    for (const player of players.values()) {
      player.pass(TICK_MS);
    }
    vi.advanceTimersByTime(TICK_MS);
  }
}
function open(days: Record<string, DayCoverage>, atMs = at(10)) {
  ended = vi.fn();
  synced = new SyncedFootage({ wallMs: atMs });
  stop = synced.run(ended);
  synced.setFootage(new Map(Object.entries(days)), true);
  players = new Map(Object.keys(days).map((id) => [id, new FakePlayer()]));
  for (const [id, player] of players) {
    synced.attach(id, player);
  }
  return [...players.values()] as [FakePlayer, FakePlayer];
}

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
afterEach(() => stop());

it("plays all, and holds them together over a seek and at any speed", () => {
  const [door, yard] = open({ door: WHOLE, yard: WHOLE });
  yard.positionAt -= 700;
  synced.play();
  pass(6_000);
  expect(Math.abs(door.positionAt - yard.positionAt)).toBeLessThan(80);
  expect(synced.view().wallMs).toBeGreaterThan(at(10) + 5_500);

  synced.seek(at(300));
  pass(1_000);
  expect(door.positionAt - at(300)).toBeGreaterThan(800);
  expect(Math.abs(door.positionAt - yard.positionAt)).toBeLessThan(80);

  synced.setSpeed(16);
  pass(2_000);
  expect(synced.view().wallMs - at(300)).toBeGreaterThan(30 * SECOND_MS);
  expect(Math.abs(door.positionAt - yard.positionAt)).toBeLessThan(16 * 80);
  synced.pause();
  pass(200);
  expect([door.positionAt, yard.positionAt]).toEqual([synced.view().wallMs, synced.view().wallMs]);
  expect([door.paused, yard.paused]).toEqual([true, true]);
});

it("tells of each moment that is asked for, before a player is sent there", () => {
  const [door] = open({ door: WHOLE });
  const told: [ms: number, isThere: boolean, isLoaded: boolean][] = [];
  const stopTelling = synced.onSeek((ms) =>
    told.push([ms, door.positionAt === ms, synced.isLoaded("door", ms)]),
  );
  door.loadedMs = at(300);
  synced.seek(at(200) + 0.4);
  synced.seek(at(300));
  expect(synced.isLoaded("nobody", at(300))).toBe(false);
  expect(told).toEqual([
    [at(200), false, false],
    [at(300), false, true],
  ]);
  expect(door.positionAt).toBe(at(300));

  // What plays goes on by itself, also over a gap.
  synced.play();
  pass(2_000);
  stopTelling();
  synced.seek(at(10));
  expect(told).toHaveLength(2);
});

it("tells what is shown whenever it changes, and nothing while nothing does", () => {
  open({ door: WHOLE });
  const listener = vi.fn();
  synced.subscribe(listener);
  pass(1_000);
  expect(listener).not.toHaveBeenCalled();
  const before = synced.view();
  synced.play();
  pass(300);
  expect(listener).toHaveBeenCalled();
  expect(synced.view()).not.toBe(before);
});

it("says why a camera has no picture and when it goes on, and lets it come in", () => {
  const gap = lost(11, 12);
  const [door, yard] = open({
    door: dayWith(
      [
        [0, 11],
        [12, 24 * 60],
      ],
      [gap],
    ),
    yard: WHOLE,
  });
  synced.play();
  pass(MINUTE_MS + 500);
  expect(synced.view().cameras.get("door")).toMatchObject({
    hasFootage: false,
    gap: { cause: "CAMERA_UNREACHABLE" },
    resumesMs: at(12),
  });
  expect(door).toMatchObject({ paused: true, positionAt: at(12) });
  expect(yard.paused).toBe(false);

  pass(MINUTE_MS);
  expect(synced.view().cameras.get("door")).toMatchObject({ hasFootage: true, gap: undefined });
  expect(door.paused).toBe(false);
  expect(Math.abs(door.positionAt - yard.positionAt)).toBeLessThan(200);
});

it("jumps over what all lack, and stops at the end", () => {
  const day = dayWith([
    [10, 11],
    [60, 61],
  ]);
  open({ door: day, yard: day });
  synced.play();
  pass(MINUTE_MS + 2_000);
  expect(synced.view().wallMs).toBeGreaterThan(at(60));
  expect(ended).not.toHaveBeenCalled();
  pass(MINUTE_MS);
  expect(ended).toHaveBeenCalledTimes(1);
  expect(synced.view().isPlaying).toBe(false);
});

it("stands while footage is asked for", () => {
  const [door] = open({ door: WHOLE });
  synced.play();
  pass(500);
  synced.setFootage(new Map([["door", WHOLE]]), false);
  const { wallMs } = synced.view();
  pass(2_000);
  expect(synced.view()).toMatchObject({ wallMs, isWaiting: true });
  expect(door.paused).toBe(true);
  synced.setFootage(new Map([["door", WHOLE]]), true);
  pass(1_000);
  expect(synced.view().wallMs).toBeGreaterThan(wallMs + 800);
});

it("stays behind what is being written, which goes on", () => {
  const pending: GapSpan = {
    startMs: NOW - MINUTE_MS,
    endMs: NOW,
    cause: "NOT_YET_INDEXED",
    message: "",
    kind: "pending",
  };
  open({ door: dayWith([[0, 20 * 60 - 1]], [pending]) }, NOW - 20_000);
  synced.setSpeed(16);
  synced.play();
  pass(60_000);
  // Nobody asked again meanwhile, and it goes on all the same.
  expect(ended).not.toHaveBeenCalled();
  const behindMs = Date.now() - synced.view().wallMs;
  expect(behindMs).toBeGreaterThanOrEqual(EDGE_MS);
  expect(behindMs).toBeLessThan(EDGE_MS + 1_000);
});

describe("one picture on or back", () => {
  it("is one of the camera that leads, and all go there", () => {
    const [door, yard] = open({ door: WHOLE, yard: WHOLE });
    synced.play();
    synced.stepPicture(1, "yard");
    pass(200);
    expect(synced.view()).toMatchObject({ isPlaying: false, wallMs: at(10) + 66 });
    expect([door.positionAt, yard.positionAt]).toEqual([at(10) + 66, at(10) + 66]);
  });

  it("is one of another camera where that one has a gap", () => {
    open({ door: WHOLE, yard: dayWith([[20, 30]]) });
    synced.stepPicture(-1, "yard");
    expect(synced.view().wallMs).toBe(at(10) - 66);
  });
});

it("sends a new player where the clock is, once it can", () => {
  open({ door: WHOLE });
  synced.seek(at(50));
  const late = new FakePlayer();
  late.now = "loading";
  players.set("door", late);
  const detach = synced.attach("door", late);
  expect(synced.placeOf("door")).toBe(at(50));
  pass(200);
  expect(late.positionAt).toBe(at(50));
  detach();
  synced.seek(at(70));
  expect(late.positionAt).toBe(at(50));
});

it.each([
  { name: "the playlist that holds the moment", held: [0, 30], ms: 25, want: [0, 30] },
  { name: "another one behind its end", held: [0, 30], ms: 30, want: [20, 50] },
  { name: "another one before its beginning", held: [60, 90], ms: 31, want: [30, 60] },
  { name: "nothing of the day before", held: undefined, ms: 0, want: [0, 20] },
  { name: "nothing of the day after", held: undefined, ms: 1_435, want: [1_430, 1_440] },
])("loads $name", ({ held, ms, want }) => {
  const span = held && { startMs: at(held[0] ?? 0), endMs: at(held[1] ?? 0) };
  expect(playlistSpan(span, at(ms), WHOLE)).toEqual({
    startMs: at(want[0] ?? 0),
    endMs: at(want[1] ?? 0),
  });
});
