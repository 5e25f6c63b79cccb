/** The keys of the live page do not get in each other's way. */
import { expect, it } from "vitest";
import { LIVE_KEYS, liveKeyGroups } from "./liveKeys";

it.each(["all cameras", "one camera"] as const)("no key means two things at %s", (place) => {
  const keys = Object.values(LIVE_KEYS)
    .filter(({ where }) => where === "always" || where === place)
    .flatMap((row) => row.keys);

  expect(new Set(keys).size).toBe(keys.length);
});

it("lists each action where it acts, without those that are missing", () => {
  const groups = liveKeyGroups(new Set(["fullScreen"]));

  expect(groups.map(({ title }) => title)).toEqual([
    "Always",
    "With all cameras",
    "With one camera",
  ]);
  const rows = groups.flatMap((group) => group.rows);
  expect(rows).toHaveLength(Object.keys(LIVE_KEYS).length - 1);
  expect(rows).not.toContain(LIVE_KEYS.fullScreen);
});
