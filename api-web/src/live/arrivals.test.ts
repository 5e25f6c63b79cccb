/** How regularly pictures arrive. */
import { expect, it } from "vitest";
import { Arrivals } from "./arrivals";

const START = 1_000_000;
/** What is taken for the spread before it is known. */
const ASSUMED = 0.05;

/** Pictures of 40 ms each, of which every tenth is late. */
function regular(arrivals: Arrivals, fromMs: number, untilMs: number, lateMs = 0): void {
  for (let mediaMs = fromMs; mediaMs < untilMs; mediaMs += 40) {
    arrivals.add(mediaMs, START + mediaMs + 20 + (mediaMs % 400 === 0 ? lateMs : 0));
  }
}

it("knows nothing before the first picture", () => {
  const arrivals = new Arrivals();
  expect(arrivals.front(START)).toBeUndefined();
  expect(arrivals.spread).toBe(ASSUMED);
  expect(arrivals.step).toBe(0);
});

it("tells the time in the stream from the quickest picture, and how much later others are", () => {
  const arrivals = new Arrivals();
  regular(arrivals, 0, 10_000, 90);
  expect(arrivals.front(START + 10_020)).toBeCloseTo(10);
  expect(arrivals.spread).toBeCloseTo(0.09);
  expect(arrivals.step).toBeCloseTo(0.04);
});

it("does not take the pictures of the past that a connection begins with for late ones", () => {
  const arrivals = new Arrivals();
  arrivals.begin(START + 1_000);
  for (let mediaMs = 0; mediaMs < 1_000; mediaMs += 40) {
    arrivals.add(mediaMs, START + 1_000);
  }
  expect(arrivals.spread).toBe(ASSUMED);
  expect(arrivals.front(START + 1_000)).toBeCloseTo(0.96);
  regular(arrivals, 1_000, 3_000, 500);
  expect(arrivals.spread, "nor what comes while the page begins").toBe(ASSUMED);
  regular(arrivals, 3_000, 8_000, 50);
  expect(arrivals.spread).toBeCloseTo(0.05);
});

it("takes an outage for one, and not for the way of this stream", () => {
  const arrivals = new Arrivals();
  regular(arrivals, 0, 10_000, 60);
  arrivals.add(10_000, START + 13_000);
  expect(arrivals.spread).toBeCloseTo(0.06);
});

it("forgets what was a minute ago", () => {
  const arrivals = new Arrivals();
  regular(arrivals, 0, 10_000, 500);
  regular(arrivals, 10_000, 40_000);
  expect(arrivals.spread).toBeCloseTo(0.5);
  regular(arrivals, 40_000, 80_000);
  expect(arrivals.spread).toBeCloseTo(0);
});

it("begins anew where the times of the stream leap", () => {
  const arrivals = new Arrivals();
  regular(arrivals, 0, 10_000, 90);
  arrivals.add(90_000, START + 10_000);
  expect(arrivals.front(START + 10_000)).toBeCloseTo(90);
  expect(arrivals.spread).toBe(ASSUMED);
});
