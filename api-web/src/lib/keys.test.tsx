/** Keys of a page, and who else wants them. */
import { render } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import { keyHandlers, keyName, keySign } from "./keys";
import { useKeys } from "./useKeys";

const KEYS = ["f", "?", "+", ",", "ArrowLeft", "Shift+ArrowLeft", " "];

function Page({ seen, html }: { seen: string[]; html: string }) {
  useKeys(new Map(KEYS.map((key) => [key, (pressed: string) => seen.push(pressed)])));
  // biome-ignore lint/security/noDangerouslySetInnerHtml: the test's own text.
  return <div dangerouslySetInnerHTML={{ __html: html }} />;
}

afterEach(() => vi.restoreAllMocks());

/** What the page hears of its keys while what is marked in `html` has the focus. */
function heard(html: string): string[] {
  const seen: string[] = [];
  const { container, unmount } = render(<Page seen={seen} html={html} />);
  const target = container.querySelector("[data-focus]") ?? container;
  for (const key of ["f", "?", "ArrowLeft", " "]) {
    target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }
  unmount();
  return seen;
}

describe("a page hears its keys", () => {
  it("with the focus on nothing", () => {
    expect(heard("")).toEqual(["f", "?", "ArrowLeft", " "]);
  });

  it.each([
    ["a slider", '<div role="slider" data-focus></div>'],
    ["what is drawn in a slider", '<div role="slider"><i data-focus></i></div>'],
    ["the video, whose controls have them", "<video data-focus></video>"],
    ["a choice", '<input type="radio" data-focus>'],
    ["a range", '<input type="range" data-focus>'],
    ["a calendar", "<table><tr><td><b data-focus></b></td></tr></table>"],
  ])("but for space and arrows with the focus on %s", (_name, html) => {
    expect(heard(html)).toEqual(["f", "?"]);
  });

  it.each([
    ["a button", "<button data-focus></button>"],
    ["a link", '<a href="/" data-focus></a>'],
    ["a box to tick", '<input type="checkbox" data-focus>'],
  ])("but for space with the focus on %s", (_name, html) => {
    expect(heard(html)).toEqual(["f", "?", "ArrowLeft"]);
  });

  it.each([
    ["a field", "<input data-focus>"],
    ["a text", "<textarea data-focus></textarea>"],
    ["a list", "<select data-focus></select>"],
    ["a dialog", '<div role="dialog"><button data-focus></button></div>'],
    ["a menu", '<div role="menu"><button data-focus></button></div>'],
  ])("not at all with the focus in %s", (_name, html) => {
    expect(heard(html)).toEqual([]);
  });

  it("once while one is held, unless it moves something", async () => {
    const seen: string[] = [];
    render(<Page seen={seen} html="" />);

    await userEvent.keyboard("{f>3/}{+>2/}{,>2/}{ArrowLeft>2/}");

    expect(seen).toEqual(["f", "+", "+", ",", ",", "ArrowLeft", "ArrowLeft"]);
  });
});

it.each([
  [{ key: "F", shiftKey: true }, "f"],
  [{ key: "+", shiftKey: true }, "+"],
  [{ key: "ArrowLeft", shiftKey: true }, "Shift+ArrowLeft"],
  [{ key: "Escape" }, "Escape"],
  [{ key: "f", ctrlKey: true }, undefined],
  [{ key: "ArrowLeft", altKey: true }, undefined],
  [{ key: "k", metaKey: true }, undefined],
])("%j is the key %j", (init, name) => {
  expect(keyName(new KeyboardEvent("keydown", init))).toBe(name);
});

it("hands each key of an action to its handler", () => {
  const step = vi.fn();
  const table = {
    step: { keys: ["ArrowLeft", "ArrowRight"], does: "" },
    help: { keys: ["?"], does: "" },
  };

  const handlers = keyHandlers(table, { step });

  expect([...handlers.keys()]).toEqual(["ArrowLeft", "ArrowRight"]);
  handlers.get("ArrowRight")?.("ArrowRight");
  expect(step).toHaveBeenCalledWith("ArrowRight");
});

it.each([
  ["f", "F"],
  ["+", "+"],
  [" ", "Space"],
  ["Escape", "Esc"],
  ["ArrowLeft", "←"],
  ["Shift+ArrowUp", "Shift ↑"],
])("%j is printed as %s", (key, sign) => {
  expect(keySign(key)).toBe(sign);
});
