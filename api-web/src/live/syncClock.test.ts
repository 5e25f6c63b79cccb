/** One clock for several players: it goes on, waits, jumps over gaps, and holds each player to it. */
import { describe, expect, it } from "vitest";
import { randomOf } from "../test/random";
import {
  clockAt,
  PATIENCE_MS,
  type PlayerView,
  placeOf,
  type SyncClock,
  type SyncInput,
  sought,
  step,
} from "./syncClock";

const ALL = [{ startMs: 0, endMs: 1_000_000 }];
const player = (changes: Partial<PlayerView> = {}): PlayerView => ({
  id: "door",
  footage: ALL,
  state: "ready",
  positionMs: 10_000,
  isPaused: false,
  rate: 1,
  ...changes,
});
const playing = (changes: Partial<SyncClock> = {}): SyncClock => ({
  ...clockAt(10_000),
  isPlaying: true,
  steppedMs: 500,
  ...changes,
});
const input = (players: readonly PlayerView[], changes: Partial<SyncInput> = {}): SyncInput => ({
  nowMs: 500,
  latestMs: 2_000_000,
  isHeld: false,
  players,
  ...changes,
});

describe("the clock", () => {
  it.each([
    { name: "goes on with the time", speed: 1, passed: 100, to: 10_100 },
    { name: "goes on as fast as it is told", speed: 16, passed: 100, to: 11_600 },
    { name: "goes on slowly", speed: 0.5, passed: 100, to: 10_050 },
    { name: "does not make up for a long sleep", speed: 1, passed: 60_000, to: 12_000 },
  ])("$name", ({ speed, passed, to }) => {
    const { clock } = step(playing({ speed }), input([player()], { nowMs: 500 + passed }));
    expect(clock.wallMs).toBe(to);
  });

  it("stands while it is paused", () => {
    const paused = { ...playing(), isPlaying: false };
    expect(step(paused, input([player()], { nowMs: 900 })).clock.wallMs).toBe(10_000);
  });

  it("does not go beyond what is written, nor faster than that at 16×", () => {
    const at = input([player({ positionMs: 10_000 })], { nowMs: 600, latestMs: 10_100 });
    const { clock, commands } = step(playing({ speed: 16 }), at);
    expect(clock.wallMs).toBe(10_100);
    expect(commands).toEqual([{ id: "door", kind: "rate", rate: 1.05 }]);
  });

  it("waits at a moment that is not written yet until it is", () => {
    const at = input([player()], { nowMs: 600, latestMs: 9_000 });
    const first = step(playing(), at);
    expect(first.clock).toMatchObject({ wallMs: 10_000, isWaiting: true });
    expect(first.commands).toEqual([{ id: "door", kind: "pause" }]);
    const written = input([player({ isPaused: true })], { nowMs: 700, latestMs: 10_050 });
    const second = step(first.clock, written);
    expect(second.clock).toMatchObject({ wallMs: 10_050, isWaiting: false });
    expect(second.commands).toContainEqual({ id: "door", kind: "play" });
  });

  it("waits for a picture, with the players that have one, and then goes on without it", () => {
    const players = [player(), player({ id: "yard", state: "loading", isPaused: true })];
    const first = step(playing(), input(players, { nowMs: 600 }));
    expect(first.clock).toMatchObject({ wallMs: 10_000, isWaiting: true });
    expect(first.commands).toEqual([{ id: "door", kind: "pause" }]);

    const stopped = [player({ isPaused: true }), players[1] as PlayerView];
    const late = step(first.clock, input(stopped, { nowMs: 600 + PATIENCE_MS - 1 }));
    expect(late.clock).toMatchObject({ wallMs: 10_000, isWaiting: true });
    const on = step(late.clock, input(stopped, { nowMs: 600 + PATIENCE_MS }));
    expect(on.clock).toMatchObject({ wallMs: 10_001, isWaiting: false });
    expect(on.commands).toEqual([{ id: "door", kind: "play" }]);
  });

  it("waits anew after a moment was asked for", () => {
    const loading = [player({ state: "loading", isPaused: true })];
    const first = step(playing(), input(loading, { nowMs: 600 }));
    const on = step(first.clock, input(loading, { nowMs: 600 + PATIENCE_MS }));
    expect(on.clock.isWaiting).toBe(false);

    const again = step(sought(on.clock, 20_000), input(loading, { nowMs: 700 + PATIENCE_MS }));
    expect(again.clock).toMatchObject({ wallMs: 20_000, isWaiting: true });
  });

  it("waits neither for a player that failed nor for a camera that has a gap", () => {
    const players = [
      player(),
      player({ id: "yard", state: "failed", positionMs: undefined, isPaused: true }),
      player({
        id: "hall",
        state: "loading",
        isPaused: true,
        footage: [{ startMs: 50_000, endMs: 60_000 }],
      }),
    ];
    const { clock } = step(playing(), input(players, { nowMs: 600 }));
    expect(clock).toMatchObject({ wallMs: 10_100, isWaiting: false });
  });

  it("jumps to the next footage of any camera where all have a gap", () => {
    const players = [
      player({ footage: [...spans([0, 10_050], [90_000, 95_000])] }),
      player({ id: "yard", footage: spans([0, 10_020], [70_000, 80_000]) }),
    ];
    const { clock, hasEnded } = step(playing(), input(players, { nowMs: 600 }));
    expect(clock).toMatchObject({ wallMs: 70_000, isPlaying: true });
    expect(hasEnded).toBe(false);
  });

  it("jumps only while it plays", () => {
    const gap = [player({ footage: spans([20_000, 30_000]), isPaused: true })];
    const { clock } = step({ ...playing(), isPlaying: false }, input(gap, { nowMs: 600 }));
    expect(clock.wallMs).toBe(10_000);
  });

  it("stops where no camera has later footage", () => {
    const players = [player({ footage: spans([0, 10_050]) })];
    const { clock, hasEnded, commands } = step(playing(), input(players, { nowMs: 600 }));
    expect(clock.isPlaying).toBe(false);
    expect(hasEnded).toBe(true);
    expect(commands).toEqual([{ id: "door", kind: "pause" }]);
  });

  it("stands, with all players, while it is held", () => {
    const { clock, commands } = step(playing(), input([player()], { nowMs: 900, isHeld: true }));
    expect(clock).toMatchObject({ wallMs: 10_000, isPlaying: true, isWaiting: true });
    expect(commands).toEqual([{ id: "door", kind: "pause" }]);
  });

  it("stands while there is no camera", () => {
    const { clock, hasEnded } = step(playing(), input([], { nowMs: 600 }));
    expect(clock).toMatchObject({ wallMs: 10_000, isPlaying: true });
    expect(hasEnded).toBe(false);
  });
});

describe("a player that plays", () => {
  const cases: { name: string; off: number; speed?: number; want: object[] }[] = [
    { name: "that is at the clock is left alone", off: 0, want: [] },
    { name: "that is a picture off is left alone", off: 40, want: [] },
    { name: "that is behind goes faster", off: 200, want: [{ kind: "rate", rate: 1.1 }] },
    { name: "that is ahead goes slower", off: -200, want: [{ kind: "rate", rate: 0.9 }] },
    { name: "goes a quarter faster at most", off: 990, want: [{ kind: "rate", rate: 1.25 }] },
    { name: "that is beyond 1 s is sent", off: 1_001, want: [{ kind: "seek", ms: 10_000 }] },
    { name: "that is 1 s ahead is sent back", off: -1_001, want: [{ kind: "seek", ms: 10_000 }] },
    {
      name: "takes the speed of the clock",
      off: 0,
      speed: 4,
      want: [{ kind: "rate", rate: 4 }],
    },
    {
      name: "may be further off at 4×",
      off: 2_000,
      speed: 4,
      want: [{ kind: "rate", rate: 5 }],
    },
    {
      name: "is never faster than browsers allow",
      off: 4_000,
      speed: 16,
      want: [{ kind: "rate", rate: 16 }],
    },
  ];
  it.each(cases)("$name", ({ off, speed = 1, want }) => {
    const { commands } = step(playing({ speed }), input([player({ positionMs: 10_000 - off })]));
    expect(commands).toEqual(want.map((command) => ({ id: "door", ...command })));
  });

  it("goes at the clock's speed again when it is there", () => {
    const { commands } = step(playing(), input([player({ rate: 1.1, positionMs: 9_980 })]));
    expect(commands).toEqual([{ id: "door", kind: "rate", rate: 1 }]);
  });

  it("is not sent again and again where it does not come to", () => {
    const stuck = () => player({ positionMs: 5_000 });
    const first = step(playing(), input([stuck()]));
    expect(first.commands).toHaveLength(1);
    const second = step(first.clock, input([stuck()], { nowMs: 1_900 }));
    expect(second.commands).toEqual([]);
    const third = step(second.clock, input([stuck()], { nowMs: 2_000 }));
    expect(third.commands).toEqual([{ id: "door", kind: "seek", ms: third.clock.wallMs }]);
  });

  it("that is behind a gap already is not sent back before it", () => {
    const footage = spans([0, 10_300], [60_000, 90_000]);
    const { commands } = step(playing(), input([player({ footage, positionMs: 60_050 })]));
    expect(commands).toEqual([]);
  });

  it("stops in a gap, and waits where its footage goes on", () => {
    const footage = spans([0, 9_900], [60_000, 90_000]);
    const other = player({ id: "yard" });
    const first = step(playing(), input([player({ footage, positionMs: 9_890 }), other]));
    expect(first.commands).toEqual([
      { id: "door", kind: "pause" },
      { id: "door", kind: "seek", ms: 60_000 },
    ]);

    const there = player({ footage, positionMs: 60_000, isPaused: true });
    expect(step(first.clock, input([there, other], { nowMs: 501 })).commands).toEqual([]);
    const comes = { ...first.clock, wallMs: 60_000 };
    const begins = step(comes, input([there, player({ id: "yard", positionMs: 60_000 })]));
    expect(begins.commands).toEqual([{ id: "door", kind: "play" }]);
  });
});

describe("a player that stands", () => {
  const paused = (wallMs: number) => ({ ...playing({ wallMs }), isPlaying: false });

  it("shows exactly the moment of the clock, and is sent there once", () => {
    const near = () => player({ positionMs: 10_020, isPaused: true });
    const first = step(paused(10_000), input([near()]));
    expect(first.commands).toEqual([{ id: "door", kind: "seek", ms: 10_000 }]);
    expect(step(first.clock, input([near()])).commands).toEqual([]);
  });

  it("follows the clock to another moment, even while pictures are on their way", () => {
    const first = step(paused(10_000), input([player({ positionMs: 0, isPaused: true })]));
    const loading = player({ positionMs: 10_000, isPaused: true, state: "loading" });
    const second = step(sought(first.clock, 12_000), input([loading]));
    expect(second.commands).toEqual([{ id: "door", kind: "seek", ms: 12_000 }]);
  });

  it("is paused when the clock is", () => {
    expect(step(paused(10_000), input([player()])).commands).toEqual([
      { id: "door", kind: "pause" },
    ]);
  });

  it("is not sent while the clock waits for another one that is near", () => {
    const players = [
      player({ positionMs: 10_300, isPaused: true }),
      player({ id: "yard", state: "loading", isPaused: true }),
    ];
    expect(step(playing(), input(players)).commands).toEqual([]);
  });
});

it.each([
  { ms: 5, place: 5 },
  { ms: 10, place: 20 },
  { ms: 15, place: 20 },
  { ms: 30, place: undefined },
])("a player belongs at $place at $ms", ({ ms, place }) => {
  expect(placeOf(spans([0, 10], [20, 30]), ms)).toBe(place);
});

it("players that drift, stall and start late are within 200 ms after 5 s, whatever the speed", () => {
  for (let seed = 1; seed <= 40; seed += 1) {
    const random = randomOf(seed);
    const speed = [0.5, 1, 2, 4][seed % 4] ?? 1;
    const models = [0, 1, 2].map((index) => ({
      id: `c${index}`,
      position: 100_000 + (random() - 0.5) * 1_800 * Math.max(1, speed),
      /** A decoder that is a little slow or fast. */
      drift: 1 + (random() - 0.5) * 0.02,
      isPaused: true,
      rate: 1,
    }));
    let clock: SyncClock = { ...clockAt(100_000), isPlaying: true, speed };
    for (let nowMs = 0; nowMs <= 30_000; nowMs += 100) {
      const players = models.map(({ id, position, isPaused, rate }) =>
        player({ id, positionMs: position, isPaused, rate }),
      );
      const next = step(clock, input(players, { nowMs }));
      clock = next.clock;
      for (const command of next.commands) {
        const model = models.find(({ id }) => id === command.id);
        if (model === undefined) {
          throw new Error(`no player ${command.id}`);
        }
        switch (command.kind) {
          case "seek":
            model.position = command.ms;
            break;
          case "rate":
            model.rate = command.rate;
            break;
          default:
            model.isPaused = command.kind === "pause";
        }
      }
      for (const model of models) {
        if (nowMs > 5_000) {
          const off = Math.abs(clock.wallMs - model.position) / Math.max(1, speed);
          expect(off, `seed ${seed} at ${nowMs}`).toBeLessThan(200);
        }
        model.position += model.isPaused ? 0 : 100 * model.rate * model.drift;
      }
    }
  }
});

function spans(...pairs: readonly (readonly [number, number])[]) {
  return pairs.map(([startMs, endMs]) => ({ startMs, endMs }));
}
