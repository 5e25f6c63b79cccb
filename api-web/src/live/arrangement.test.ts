/** Order and choice of cameras, and where they are kept. */
import { describe, expect, it, vi } from "vitest";
import {
  type Arrangement,
  arrange,
  BrowserArrangement,
  withLeftOut,
  withMoved,
  withPutBack,
} from "./arrangement";

const CAMERAS = ["a", "b", "c", "d"].map((id) => ({ id }));
const NONE: Arrangement = { order: [], leftOut: [] };
const KEY = "ronin.live.arrangement";

const words = (arrangement: Arrangement, cameras = CAMERAS) => {
  const { shown, leftOut } = arrange(cameras, arrangement);
  const list = (some: readonly { id: string }[]) => some.map(({ id }) => id).join("");
  return `${list(shown)}-${list(leftOut)}`;
};

describe("arrange", () => {
  it.each<[string, Arrangement, string]>([
    ["nothing said", NONE, "abcd-"],
    ["another order", { order: ["d", "b", "a", "c"], leftOut: [] }, "dbac-"],
    ["cameras left out", { order: ["c", "a"], leftOut: ["b", "d"] }, "ca-bd"],
    ["new cameras", { order: ["c"], leftOut: ["a"] }, "cbd-a"],
    ["cameras that are gone", { order: ["x", "d", "a"], leftOut: ["y", "b"] }, "dac-b"],
    ["a camera in both lists", { order: ["a", "b"], leftOut: ["a"] }, "bcd-a"],
  ])("with %s", (_what, arrangement, said) => {
    expect(words(arrangement)).toBe(said);
  });
});

describe("a change", () => {
  const from = arrange(CAMERAS, { order: ["a", "b", "c"], leftOut: ["d"] });

  it.each([
    ["a", 1, "bac-d"],
    ["a", 2, "bca-d"],
    ["c", 0, "cab-d"],
    ["a", -3, "abc-d"],
    ["a", 99, "bca-d"],
  ])("moves %s to %d", (id, to, said) => {
    expect(words(withMoved(from, id, to))).toBe(said);
  });

  it("leaves out and puts back at the end", () => {
    const without = withLeftOut(from, "a");

    expect(words(without)).toBe("bc-ad");
    expect(words(withPutBack(arrange(CAMERAS, without), "a"))).toBe("bca-d");
  });

  it("forgets cameras that are gone", () => {
    const gone = arrange(CAMERAS.slice(1), { order: ["b", "a", "c"], leftOut: ["d"] });

    expect(withMoved(gone, "c", 0)).toEqual({ order: ["c", "b"], leftOut: ["d"] });
  });
});

describe("BrowserArrangement", () => {
  it("is kept, and tells of changes in this tab and in others", () => {
    const store = new BrowserArrangement(localStorage);
    const listener = vi.fn();
    const unsubscribe = store.subscribe(listener);

    store.save({ order: ["b"], leftOut: ["a"] });
    window.dispatchEvent(new StorageEvent("storage", { key: KEY }));
    window.dispatchEvent(new StorageEvent("storage", { key: "other" }));
    expect(listener).toHaveBeenCalledTimes(2);
    expect(new BrowserArrangement(localStorage).current()).toEqual({
      order: ["b"],
      leftOut: ["a"],
    });
    expect(store.current()).toBe(store.current());

    unsubscribe();
    store.save(NONE);
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it.each(["", "{", "null", "[]", '{"order":3,"leftOut":[1]}'])("reads %j as none", (text) => {
    localStorage.setItem(KEY, text);

    expect(new BrowserArrangement(localStorage).current()).toEqual(NONE);
  });
});
