/** What was asked for holds until the URL has it, in whatever order that comes. */
import { expect, it } from "vitest";
import { AskedMoment } from "./useAskedMoment";

it("is what was asked for last, until the URL has it", () => {
  const asked = new AskedMoment();
  let changes = 0;
  const stop = asked.subscribe(() => {
    changes += 1;
  });
  expect(asked.ms()).toBeUndefined();

  asked.ask(1);
  asked.ask(2);
  asked.arrived(1);
  expect(asked.ms(), "an earlier one comes late").toBe(2);
  asked.arrived(2);
  expect(asked.ms()).toBeUndefined();
  expect(changes).toBe(4);

  stop();
  asked.ask(3);
  expect(changes).toBe(4);
});

it("gives way to a link and to the way back", () => {
  const asked = new AskedMoment();
  asked.ask(1);
  asked.arrived(7);
  expect(asked.ms()).toBeUndefined();
  asked.ask(1);
  asked.arrived(undefined);
  expect(asked.ms()).toBeUndefined();
});

it("is at once the latest, and that of the URL where nothing was asked for here", () => {
  const asked = new AskedMoment();
  expect(asked.latest()).toBeUndefined();
  asked.arrived(7);
  expect(asked.latest()).toBe(7);

  const told: (number | undefined)[] = [];
  asked.subscribe(() => told.push(asked.latest()));
  asked.ask(1);
  expect(told).toEqual([1]);
  asked.arrived(1);
  asked.arrived(undefined);
  expect(told).toEqual([1, 1, undefined]);
});

it("holds the last one where the URL never has those before", () => {
  const asked = new AskedMoment();
  asked.ask(1);
  asked.ask(2);
  asked.arrived(2);
  expect(asked.ms()).toBeUndefined();
});
