/** The keys of the live page do not get in each other's way. */
import { expect, it, vi } from "vitest";
import { keySign, LIVE_KEYS, liveKeyHandlers } from "./liveKeys";

it.each(["all cameras", "one camera"] as const)("no key means two things at %s", (place) => {
  const keys = Object.values(LIVE_KEYS)
    .filter(({ where }) => where === "always" || where === place)
    .flatMap((row) => row.keys);

  expect(new Set(keys).size).toBe(keys.length);
});

it("hands each key of an action to its handler", () => {
  const step = vi.fn();

  const handlers = liveKeyHandlers({ step });

  expect([...handlers.keys()]).toEqual(["ArrowLeft", "ArrowRight"]);
  handlers.get("ArrowRight")?.("ArrowRight");
  expect(step).toHaveBeenCalledWith("ArrowRight");
});

it.each([
  ["f", "F"],
  ["+", "+"],
  ["Escape", "Esc"],
  ["ArrowLeft", "←"],
  ["Shift+ArrowUp", "Shift ↑"],
])("%s is printed as %s", (key, sign) => {
  expect(keySign(key)).toBe(sign);
});
