/** Keys of a page, and who else wants them. */
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { keyName, useKeys } from "./useKeys";

function Page({ seen }: { seen: string[] }) {
  const note = (key: string) => seen.push(key);
  useKeys(new Map(["f", "+", "?", "ArrowLeft", "Shift+ArrowLeft"].map((key) => [key, note])));
  return (
    <>
      <input aria-label="Text" />
      <textarea aria-label="Long text" />
      <input aria-label="Choice" type="radio" />
      <select aria-label="List" />
      <div role="dialog" aria-label="Dialog">
        <button type="button">In it</button>
      </div>
      <button type="button">On the page</button>
    </>
  );
}

it.each([
  ["Text", []],
  ["Long text", []],
  ["List", []],
  ["Choice", ["f", "?"]],
  ["In it", []],
  ["On the page", ["f", "?", "ArrowLeft"]],
])("with the focus on %j hears %j", async (name, heard) => {
  const seen: string[] = [];
  render(<Page seen={seen} />);
  const user = userEvent.setup();

  (screen.queryByLabelText(name) ?? screen.getByText(name)).focus();
  await user.keyboard("f?{ArrowLeft}");

  expect(seen).toEqual(heard);
});

it("hears a held key once, unless it moves something", async () => {
  const seen: string[] = [];
  render(<Page seen={seen} />);

  await userEvent.keyboard("{f>3/}{+>2/}{ArrowLeft>2/}");

  expect(seen).toEqual(["f", "+", "+", "ArrowLeft", "ArrowLeft"]);
});

it.each([
  [{ key: "F", shiftKey: true }, "f"],
  [{ key: "+", shiftKey: true }, "+"],
  [{ key: "ArrowLeft", shiftKey: true }, "Shift+ArrowLeft"],
  [{ key: "Escape" }, "Escape"],
  [{ key: "f", ctrlKey: true }, undefined],
  [{ key: "ArrowLeft", altKey: true }, undefined],
])("%j is the key %j", (init, name) => {
  expect(keyName(new KeyboardEvent("keydown", init))).toBe(name);
});
