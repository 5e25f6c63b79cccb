/** What a timeline shows when it is zoomed and moved, on days of 23, 24 and 25 hours. */
import { afterAll, describe, expect, it } from "vitest";
import { randomOf } from "../test/random";
import { dayOf, HOUR_MS, MINUTE_MS, SECOND_MS } from "./time";
import type { Span } from "./timelineSpans";
import {
  clampWindow,
  isWithin,
  keyStep,
  lengthOf,
  momentAt,
  panned,
  pinched,
  SHORTEST_WINDOW_MS,
  showing,
  ticks,
  zoomed,
} from "./timelineWindow";

const ZONE = process.env.TZ;
afterAll(() => inZone(ZONE));

function inZone(zone: string | undefined) {
  if (zone === undefined) {
    delete process.env.TZ;
  } else {
    process.env.TZ = zone;
  }
}

/** Days with a change of the clock by an hour, by half an hour, at midnight, and without. */
const DAYS: readonly (readonly [zone: string, year: number, month: number, day: number])[] = [
  ["Europe/Berlin", 2026, 3, 29],
  ["Europe/Berlin", 2026, 10, 25],
  ["Europe/Berlin", 2026, 1, 15],
  ["America/New_York", 2026, 3, 8],
  ["America/New_York", 2026, 11, 1],
  ["Australia/Lord_Howe", 2026, 4, 5],
  ["Australia/Lord_Howe", 2026, 10, 4],
  ["Asia/Beirut", 2026, 3, 29],
  ["Asia/Kathmandu", 2026, 6, 1],
  ["UTC", 2026, 3, 29],
];
const SEEDS = 200;

const hasZones = () => {
  inZone("Asia/Kathmandu");
  return new Date(0).getTimezoneOffset() === -330;
};

/** Does it on each of the days, many times with a window each that lies anywhere on it. */
function everywhere(check: (day: Span, window: Span, random: () => number) => void) {
  for (const [zone, year, month, date] of DAYS) {
    inZone(zone);
    const day = dayOf(new Date(year, month - 1, date, 12).getTime());
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = randomOf(seed);
      // Short windows are as likely as long ones.
      const length = SHORTEST_WINDOW_MS * (lengthOf(day) / SHORTEST_WINDOW_MS) ** random();
      const startMs = day.startMs + random() * (lengthOf(day) - length);
      check(day, clampWindow({ startMs, endMs: startMs + length }, day), random);
    }
  }
}

function expectAllowed(window: Span, day: Span) {
  expect(window.startMs).toBeGreaterThanOrEqual(day.startMs);
  expect(window.endMs).toBeLessThanOrEqual(day.endMs);
  expect(lengthOf(window)).toBeGreaterThanOrEqual(SHORTEST_WINDOW_MS);
  expect(Number.isInteger(window.startMs) && Number.isInteger(window.endMs)).toBe(true);
}

it("the tests can change the time zone", () => {
  expect(hasZones()).toBe(true);
});

describe("zooming", () => {
  it("keeps the window on the day, and the moment where it was unless an end is in the way", () => {
    everywhere((day, window, random) => {
      const around = momentAt(random(), window);
      const factor = 4 ** (random() * 4 - 2);

      const next = zoomed(window, day, factor, around);

      expectAllowed(next, day);
      const isAtEnd = next.startMs === day.startMs || next.endMs === day.endMs;
      if (!isAtEnd) {
        const share = (around - window.startMs) / lengthOf(window);
        expect(Math.abs(momentAt(share, next) - around)).toBeLessThanOrEqual(2);
      }
      expect(isWithin(around, next)).toBe(true);
    });
  });

  it("in and out again leads back, and out far enough shows the whole day", () => {
    everywhere((day, window, random) => {
      const around = momentAt(random(), window);
      if (lengthOf(window) >= 2 * SHORTEST_WINDOW_MS) {
        const back = zoomed(zoomed(window, day, 0.5, around), day, 2, around);
        expect(Math.abs(back.startMs - window.startMs)).toBeLessThanOrEqual(3);
        expect(Math.abs(back.endMs - window.endMs)).toBeLessThanOrEqual(3);
      }
      expect(zoomed(window, day, 1e9, around)).toEqual(day);
      expect(lengthOf(zoomed(window, day, 1e-9, around))).toBe(SHORTEST_WINDOW_MS);
    });
  });

  it("with two fingers keeps the moments under them", () => {
    everywhere((day, window, random) => {
      const from = [random() * 0.4, 0.6 + random() * 0.4] as const;
      const to = [random() * 0.4, 0.6 + random() * 0.4] as const;

      const next = pinched(window, day, from, to);

      expectAllowed(next, day);
      const isFree =
        next.startMs > day.startMs && next.endMs < day.endMs && lengthOf(next) > SHORTEST_WINDOW_MS;
      if (isFree) {
        const slack = 2 + lengthOf(window) / 1e6;
        const moved = [0, 1].map((finger) =>
          Math.abs(momentAt(to[finger] ?? 0, next) - momentAt(from[finger] ?? 0, window)),
        );
        expect(Math.max(...moved)).toBeLessThanOrEqual(slack);
      }
    });
  });

  it("with two fingers that meet or change places makes no nonsense", () => {
    everywhere((day, window, random) => {
      const at = random();
      expectAllowed(pinched(window, day, [at, at], [random(), random()]), day);
      expectAllowed(pinched(window, day, [at, random()], [at, at]), day);
    });
  });
});

describe("moving", () => {
  it("keeps the length and stops at the ends of the day", () => {
    everywhere((day, window, random) => {
      const by = (random() - 0.5) * 3 * lengthOf(day);

      const next = panned(window, day, by);

      expectAllowed(next, day);
      expect(lengthOf(next)).toBe(lengthOf(window));
      const free = window.startMs + by >= day.startMs && window.endMs + by <= day.endMs;
      if (free) {
        expect(Math.abs(next.startMs - window.startMs - by)).toBeLessThanOrEqual(1);
      }
    });
  });

  it("shows a moment by moving as little as that takes", () => {
    everywhere((day, window, random) => {
      const ms = momentAt(random(), day);

      const next = showing(window, day, ms);

      expect(isWithin(ms, next)).toBe(true);
      expect(lengthOf(next)).toBe(lengthOf(window));
      if (isWithin(ms, window)) {
        expect(next).toEqual(window);
      } else {
        expect([next.startMs, next.endMs]).toContain(ms);
      }
    });
  });
});

describe("marks", () => {
  it("lie at round times of the clock, in order, with no more labels than fit", () => {
    everywhere((day, window, random) => {
      const labels = 3 + Math.floor(random() * 12);

      const marks = ticks(window, labels);

      const labelled = marks.filter(({ label }) => label !== undefined);
      // One at each end, and what a change of the clock adds.
      expect(labelled.length).toBeLessThanOrEqual(labels + 2);
      for (const [index, { ms, label }] of marks.entries()) {
        expect(isWithin(ms, window)).toBe(true);
        expect(ms).toBeGreaterThan(marks[index - 1]?.ms ?? 0);
        const date = new Date(ms);
        expect(date.getMilliseconds() % 500).toBe(0);
        if (label !== undefined) {
          expect(date.getMilliseconds()).toBe(0);
          expect(label).toContain(String(date.getMinutes()).padStart(2, "0"));
        }
      }
      expect(lengthOf(day)).toBeGreaterThanOrEqual(23 * HOUR_MS);
    });
  });

  it("leave out no round time", () => {
    everywhere((_day, window) => {
      const labelled = ticks(window, 8).filter(({ label }) => label !== undefined);
      const [first, second] = labelled;
      if (first === undefined || second === undefined) {
        return;
      }
      const gaps = labelled.slice(1).map(({ ms }, index) => ms - (labelled[index]?.ms ?? 0));
      const step = Math.min(...gaps);
      if (step < 30 * MINUTE_MS) {
        expect(Math.max(...gaps)).toBe(step);
        expect(first.ms - window.startMs).toBeLessThan(step);
        expect(window.endMs - (labelled.at(-1)?.ms ?? 0)).toBeLessThanOrEqual(step);
      }
    });
  });

  const labels = (
    zone: string,
    at: readonly [number, number, number],
    window?: (day: Span) => Span,
  ) => {
    inZone(zone);
    const day = dayOf(new Date(at[0], at[1] - 1, at[2], 12).getTime());
    const marks = ticks(window?.(day) ?? day, 8);
    return marks.flatMap(({ ms, label }) =>
      label === undefined ? [] : [`${label} +${(ms - day.startMs) / HOUR_MS}`],
    );
  };

  it("of a day of 24 hours are every third hour", () => {
    expect(labels("Europe/Berlin", [2026, 1, 15]).slice(1, 3)).toEqual(["03:00 +3", "06:00 +6"]);
  });

  it("of a day of 23 hours name no hour that was left out", () => {
    expect(labels("Europe/Berlin", [2026, 3, 29]).slice(1, 3)).toEqual(["03:00 +2", "06:00 +5"]);
    const night = labels("Europe/Berlin", [2026, 3, 29], ({ startMs }) => ({
      startMs,
      endMs: startMs + 4 * HOUR_MS,
    }));
    expect(night.filter((label) => label.includes(":00 "))).toEqual([
      expect.stringMatching(/^(24|00):00 \+0$/),
      "01:00 +1",
      "03:00 +2",
      "04:00 +3",
    ]);
  });

  it("of a day of 25 hours name the hour that came twice twice", () => {
    expect(labels("Europe/Berlin", [2026, 10, 25]).slice(1, 3)).toEqual(["06:00 +7", "12:00 +13"]);
    const night = labels("Europe/Berlin", [2026, 10, 25], ({ startMs }) => ({
      startMs,
      endMs: startMs + 5 * HOUR_MS,
    }));
    expect(night.filter((label) => label.startsWith("02:00"))).toEqual(["02:00 +2", "02:00 +3"]);
  });

  it.each([
    [3 * HOUR_MS, 30 * MINUTE_MS],
    [HOUR_MS, 10 * MINUTE_MS],
    [8 * MINUTE_MS, MINUTE_MS],
    [MINUTE_MS, 10 * SECOND_MS],
    [SHORTEST_WINDOW_MS, 2 * SECOND_MS],
  ])("of a window of %d ms are %d ms apart", (length, step) => {
    inZone("Europe/Berlin");
    const startMs = new Date(2026, 0, 15, 14, 5, 3).getTime();
    const marks = ticks({ startMs, endMs: startMs + length }, 8).filter(({ label }) => label);
    expect((marks[1]?.ms ?? 0) - (marks[0]?.ms ?? 0)).toBe(step);
  });
});

it("arrow keys go a minute on a day and a tenth of a second on seconds", () => {
  const step = (length: number) => keyStep({ startMs: 0, endMs: length });
  expect([23, 24, 25].map((hours) => step(hours * HOUR_MS))).toEqual([
    MINUTE_MS,
    MINUTE_MS,
    MINUTE_MS,
  ]);
  expect(step(HOUR_MS)).toBe(10 * SECOND_MS);
  expect(step(10 * MINUTE_MS)).toBe(SECOND_MS);
  expect(step(SHORTEST_WINDOW_MS)).toBe(100);
});
