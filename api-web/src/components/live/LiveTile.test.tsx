/** A tile that is zoomed to: its picture can be magnified and looked around in. */
import { MantineProvider } from "@mantine/core";
import { createEvent, fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { LiveHub } from "../../live/liveHub";
import { camera } from "../../test/fakeServer";
import { showPicture, stubCanvas } from "../../test/picture";
import { LiveTile } from "./LiveTile";

const FRAME = new DOMRect(100, 50, 800, 400);

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue(FRAME);
});

afterEach(() => vi.restoreAllMocks());

/** The tile of a camera on a page; returns what the page hears, and how to zoom to it and back. */
function openTile({ isZoomed = true }: { isZoomed?: boolean } = {}) {
  const onZoom = vi.fn();
  const tile = (zoomed: boolean) => (
    <MantineProvider env="test">
      <LiveTile
        camera={camera()}
        source={undefined}
        hub={undefined as unknown as LiveHub}
        isServerThere
        hasSound={false}
        isAudible={false}
        onAudible={() => undefined}
        onZoom={onZoom}
        isZoomed={zoomed}
        onAction={() => undefined}
      />
    </MantineProvider>
  );
  const { rerender } = render(tile(isZoomed));
  return { onZoom, zoomTo: (zoomed: boolean) => rerender(tile(zoomed)), user: userEvent.setup() };
}

const video = () => screen.getByLabelText<HTMLVideoElement>("Live picture of Front door");
const magnification = () => screen.getByRole("status", { name: "Magnification" });
const zoomIn = () => screen.getByRole("button", { name: "Zoom in" });

/** A pointer at a place of the frame, in pixels from its upper left corner. */
function point(type: "pointerDown" | "pointerMove" | "pointerUp", id: number, x: number, y = 200) {
  fireEvent[type](video(), { pointerId: id, clientX: FRAME.x + x, clientY: FRAME.y + y });
}

function turnWheel(deltaY: number, x = 400, y = 200) {
  const event = createEvent.wheel(video(), { deltaY, clientX: FRAME.x + x, clientY: FRAME.y + y });
  fireEvent(video(), event);
  return event;
}

describe("magnifying", () => {
  it("goes by buttons, from the whole picture to 8×, and back", async () => {
    const { user } = openTile();
    expect(magnification()).toHaveTextContent("1.0×");
    expect(screen.getByRole("button", { name: "Zoom out" })).toHaveAttribute("aria-disabled");

    for (let press = 0; press < 7; press += 1) {
      await user.click(zoomIn());
    }
    expect(magnification()).toHaveTextContent("8.0×");
    expect(zoomIn()).toHaveAttribute("aria-disabled", "true");

    await user.click(screen.getByRole("button", { name: "Whole picture" }));
    expect(magnification()).toHaveTextContent("1.0×");
    expect(video().style.transform).toBe("");
  });

  it("goes by keys, which look around too", async () => {
    const { user } = openTile();

    await user.keyboard("++");
    expect(video().style.transform).toBe("scale(2) translate(0%, 0%)");

    await user.keyboard("{Shift>}{ArrowRight}{/Shift}");
    expect(video().style.transform).toBe("scale(2) translate(-10%, 0%)");

    await user.keyboard("-0");
    expect(magnification()).toHaveTextContent("1.0×");
  });

  it("goes by the wheel, about the pointer, and leaves the page where it is", () => {
    openTile();

    const event = turnWheel(-500 * Math.LN2, 800, 400);

    expect(event.defaultPrevented).toBe(true);
    expect(video().style.transform).toBe("scale(2) translate(-25%, -25%)");
  });

  it("lets the wheel scroll the page where there is nothing more to see", () => {
    openTile();

    expect(turnWheel(100).defaultPrevented).toBe(false);
  });

  it("goes by two fingers", () => {
    openTile();

    point("pointerDown", 1, 350);
    point("pointerDown", 2, 450);
    point("pointerMove", 1, 300);
    point("pointerMove", 2, 500);

    expect(magnification()).toHaveTextContent("2.0×");
  });
});

describe("a magnified picture", () => {
  it("is dragged, within its frame, and a drag does not leave the camera", async () => {
    const { onZoom, user } = openTile();
    await user.keyboard("++");

    point("pointerDown", 1, 400);
    point("pointerMove", 1, 480);
    expect(video().style.transform).toBe("scale(2) translate(5%, 0%)");

    point("pointerMove", 1, 4_000);
    expect(video().style.transform).toBe("scale(2) translate(25%, 0%)");

    point("pointerUp", 1, 4_000);
    point("pointerMove", 1, 0);
    expect(video().style.transform).toBe("scale(2) translate(25%, 0%)");
    await user.click(video());
    expect(onZoom).not.toHaveBeenCalled();
  });

  it("is whole again when its camera is left and come back to", async () => {
    const { user, zoomTo } = openTile();
    await user.keyboard("+");
    expect(magnification()).toHaveTextContent("1.4×");

    zoomTo(false);
    expect(video().style.transform).toBe("");
    zoomTo(true);

    expect(magnification()).toHaveTextContent("1.0×");
  });
});

it("is not magnified among others", async () => {
  const { user } = openTile({ isZoomed: false });

  await user.keyboard("+");
  turnWheel(-500);

  expect(screen.queryByRole("button", { name: "Zoom in" })).not.toBeInTheDocument();
  expect(video().style.transform).toBe("");
});

describe("a snapshot", () => {
  const saved = () => {
    const names: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      names.push(this.download);
    });
    return names;
  };
  const FILE_NAME = /^front-door-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}\.jpg$/;

  it("is saved by the button and by the key, under the name of the camera and the time", async () => {
    stubCanvas("image/jpeg");
    const names = saved();
    const { user } = openTile();
    showPicture(video(), 1920, 1080);

    await user.click(screen.getByRole("button", { name: "Save snapshot" }));
    expect(await screen.findByText(/^Saved as front-door-/)).toBeVisible();
    await user.keyboard("s");

    await vi.waitFor(() => expect(names).toHaveLength(2));
    expect(names[0]).toMatch(FILE_NAME);
  });

  it("says why there is none", async () => {
    const names = saved();
    const { user } = openTile();

    await user.keyboard("s");

    expect(await screen.findByRole("alert")).toHaveTextContent(
      "No snapshot: There is no picture yet.",
    );
    expect(names).toEqual([]);
  });
});
