/** The keys of the footage player do not get in each other's way. */
import { expect, it } from "vitest";
import { PLAYER_KEYS } from "./playerKeys";

it("no key means two things", () => {
  const keys = Object.values(PLAYER_KEYS).flatMap((row) => row.keys);
  expect(new Set(keys).size).toBe(keys.length);
});
