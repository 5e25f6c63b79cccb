/** Which keys are the player's, by what has the focus. */
import { afterEach, describe, expect, it } from "vitest";
import { keyName, PLAYER_KEYS, playerKey } from "./playerKeys";

afterEach(() => {
  document.body.innerHTML = "";
});

/** What the player makes of a key while the first element of `html` has the focus. */
function pressed(key: string, html = "", init: KeyboardEventInit = {}) {
  document.body.innerHTML = html;
  const target = document.body.querySelector("[data-focus]") ?? document.body;
  let action: string | undefined;
  const listen = (event: KeyboardEvent) => {
    action = playerKey(event)?.action;
  };
  document.addEventListener("keydown", listen);
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...init }));
  document.removeEventListener("keydown", listen);
  return action;
}

const all = PLAYER_KEYS.map(({ key }) => key);
const heard = (html: string) => all.filter((key) => pressed(key, html) !== undefined);
const withoutMoves = all.filter((key) => key !== " " && !key.startsWith("Arrow"));

it("has each key and each action once", () => {
  expect(new Set(all).size).toBe(all.length);
  expect(new Set(PLAYER_KEYS.map(({ action }) => action)).size).toBe(all.length);
});

it("names keys as they are printed", () => {
  expect([" ", "ArrowLeft", "j", "?"].map(keyName)).toEqual(["Space", "←", "J", "?"]);
});

describe("keys are heard", () => {
  it("all with the focus on nothing", () => {
    expect(heard("")).toEqual(all);
  });

  it.each([
    ["a slider", '<div role="slider" data-focus></div>'],
    ["what is drawn in a slider", '<div role="slider"><i data-focus></i></div>'],
    ["the video, whose controls have them", "<video data-focus></video>"],
    ["a choice", '<input type="radio" data-focus>'],
    ["a calendar", "<table><tr><td><b data-focus></b></td></tr></table>"],
  ])("but for space and arrows with the focus on %s", (_name, html) => {
    expect(heard(html)).toEqual(withoutMoves);
  });

  it("but for space with the focus on a button", () => {
    expect(heard("<button data-focus></button>")).toEqual(all.filter((key) => key !== " "));
  });

  it.each([
    ["a field", "<input data-focus>"],
    ["a text", "<textarea data-focus></textarea>"],
    ["a dialog", '<div role="dialog"><button data-focus></button></div>'],
  ])("not at all with the focus in %s", (_name, html) => {
    expect(heard(html)).toEqual([]);
  });

  it("with capital letters, and not with other keys held", () => {
    expect(pressed("J", "", { shiftKey: true })).toBe("rewind");
    expect(pressed("l", "", { ctrlKey: true })).toBeUndefined();
    expect(pressed("ArrowLeft", "", { altKey: true })).toBeUndefined();
    expect(pressed("k", "", { metaKey: true })).toBeUndefined();
    expect(pressed("x")).toBeUndefined();
  });
});
