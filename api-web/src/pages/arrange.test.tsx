/** The live page: which cameras are shown, and in which order. */
import { act, fireEvent, screen, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, fakeServer, TOKEN } from "../test/fakeServer";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

beforeEach(() => FakeHls.reset());

const named = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    camera({ id: `cam-${index + 1}`, displayName: `Camera ${index + 1}` }),
  );

async function open({ cameras = named(3), path = "/live" } = {}) {
  const app = openApp(fakeServer({ cameras }), { path, token: TOKEN });
  await screen.findByRole("heading", { name: "Live" });
  return app;
}

const button = (name: string) => screen.getByRole("button", { name });
const handle = (name: string) => screen.getByRole("button", { name: new RegExp(`^Move ${name}:`) });
/** The cameras on the page in their order, by number. */
const order = () =>
  screen
    .queryAllByLabelText(/^Live picture of/)
    .map((video) => video.getAttribute("aria-label")?.replace("Live picture of Camera ", ""))
    .join(" ");
const said = () =>
  within(screen.getByRole("region", { name: "Arrange cameras" })).getByRole("status");

it("moves a camera by the arrow keys, says where it is, and keeps the focus on it", async () => {
  const { user, location } = await open();
  await user.click(button("Arrange"));
  expect(location()).toBe("/live?arrange=on");

  act(() => handle("Camera 1").focus());
  await user.keyboard("{ArrowRight}");
  expect(order()).toBe("2 1 3");
  expect(said()).toHaveTextContent("Camera 1 is now 2 of 3.");
  expect(handle("Camera 1")).toHaveFocus();

  await user.keyboard("{End}");
  expect(order()).toBe("2 3 1");
  await user.keyboard("{ArrowRight}{Home}");
  expect(order()).toBe("1 2 3");
});

it("moves a camera by buttons, as far as there are places", async () => {
  const { user } = await open();
  await user.keyboard("a");
  expect(button("Camera 1 earlier")).toHaveAttribute("aria-disabled", "true");

  await user.click(button("Camera 1 later"));
  await user.click(button("Camera 1 later"));
  expect(order()).toBe("2 3 1");

  await user.click(button("Camera 1 later"));
  expect(order()).toBe("2 3 1");
  expect(button("Camera 1 later")).toHaveFocus();
});

it("drags a camera to the place of another", async () => {
  const { user } = await open();
  await user.click(button("Arrange"));
  // The tiles lie beside each other, 100 px wide.
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function (this: Element) {
    const tiles = [...document.querySelectorAll("[data-tile]")];
    return new DOMRect(tiles.indexOf(this) * 100, 0, 100, 60);
  });
  const point = (type: "pointerDown" | "pointerMove" | "pointerUp", x: number, on: Element) =>
    fireEvent[type](on, { clientX: x, clientY: 30 });
  const grid = handle("Camera 1").closest("[data-tile]")?.parentElement as HTMLElement;

  point("pointerMove", 250, grid);
  expect(order()).toBe("1 2 3");

  point("pointerDown", 50, handle("Camera 1"));
  point("pointerMove", 150, grid);
  expect(order()).toBe("2 1 3");
  point("pointerMove", 250, grid);
  point("pointerMove", 900, grid);
  expect(order()).toBe("2 3 1");

  point("pointerUp", 250, grid);
  point("pointerMove", 50, grid);
  expect(order()).toBe("2 3 1");

  point("pointerDown", 50, button("Leave out Camera 2"));
  point("pointerMove", 150, grid);
  expect(order()).toBe("2 3 1");
  vi.restoreAllMocks();
});

it("leaves a camera out and puts it back at the end", async () => {
  const { user } = await open();
  await user.click(button("Arrange"));

  await user.click(button("Leave out Camera 1"));
  expect(order()).toBe("2 3");
  expect(said()).toHaveTextContent("Camera 1 is left out.");
  expect(button("Put back Camera 1")).toHaveFocus();

  await user.click(button("Put back Camera 1"));
  expect(order()).toBe("2 3 1");
  expect(said()).toHaveTextContent("Camera 1 is shown again, 3 of 3.");
  expect(handle("Camera 1")).toHaveFocus();
});

it("shows the arrangement when it is done, without the tools, and goes through it", async () => {
  const { user, location } = await open();
  await user.keyboard("a");
  await user.click(button("Camera 1 later"));
  await user.click(button("Leave out Camera 3"));
  await user.click(button("Done"));

  expect(location()).toBe("/live");
  expect(order()).toBe("2 1");
  expect(screen.queryByRole("button", { name: "Leave out Camera 1" })).not.toBeInTheDocument();

  await user.click(button("Zoom to Camera 2"));
  await user.keyboard("{ArrowLeft}");
  expect(location()).toBe("/live?camera=cam-1");
  await user.keyboard("{ArrowLeft}");
  expect(location()).toBe("/live?camera=cam-2");
});

it("takes up new cameras at the end and passes over those that are gone", async () => {
  localStorage.setItem(
    "ronin.live.arrangement",
    JSON.stringify({ order: ["cam-3", "cam-9", "cam-1"], leftOut: ["cam-2", "cam-8"] }),
  );

  await open({ cameras: named(4) });

  expect(order()).toBe("3 1 4");
});

it("leads to arranging where all cameras are left out", async () => {
  localStorage.setItem(
    "ronin.live.arrangement",
    JSON.stringify({ order: [], leftOut: ["cam-1", "cam-2", "cam-3"] }),
  );
  const { user } = await open();
  expect(screen.getByText("All cameras are left out")).toBeVisible();

  await user.click(button("Arrange cameras"));
  await user.click(button("Put back Camera 2"));

  expect(order()).toBe("2");
});

it("follows a camera to another page", async () => {
  const { user, location } = await open({ cameras: named(17), path: "/live?layout=4&arrange=on" });

  act(() => handle("Camera 16").focus());
  await user.keyboard("{ArrowRight}");

  expect(location()).toBe("/live?layout=4&arrange=on&page=2");
  expect(order()).toBe("16");
  expect(handle("Camera 16")).toHaveFocus();
});

it("is ended by Escape", async () => {
  const { user, location } = await open({ path: "/live?arrange=on" });

  await user.keyboard("{Escape}");

  expect(location()).toBe("/live");
});
