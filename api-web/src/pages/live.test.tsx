/** The live page: tiles, outage, zoom and pages. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CameraState } from "../gen/ronin/v1/camera_pb";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, fakeServer, TOKEN, WatchFeed } from "../test/fakeServer";
import { haveFullScreen, haveNoFullScreen } from "../test/fullScreen";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

beforeEach(() => FakeHls.reset());

const names = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    camera({ id: `cam-${index + 1}`, displayName: `Camera ${index + 1}` }),
  );

it("leads to adding a camera when there is none", async () => {
  openApp(fakeServer({}), { path: "/live", token: TOKEN });

  expect(await screen.findByRole("link", { name: "Add your first camera" })).toBeVisible();
});

it("plays each camera from where the server says", async () => {
  openApp(fakeServer({ cameras: names(2) }), { path: "/live", token: TOKEN });

  await waitFor(() => expect(FakeHls.made).toHaveLength(2));
  expect(FakeHls.made.map(({ calls }) => calls[0])).toEqual([
    "loadSource /live/cam-1/index.m3u8",
    "loadSource /live/cam-2/index.m3u8",
  ]);
  expect(screen.getByLabelText("Live picture of Camera 1")).toHaveProperty("muted", true);
});

it("says why a camera is lost and plays again by itself when it is back", async () => {
  const feed = new WatchFeed();
  openApp(fakeServer({ cameras: [camera()], feed }), { path: "/live", token: TOKEN });
  await waitFor(() => expect(FakeHls.made).toHaveLength(1));

  act(() =>
    feed.changed(
      camera({
        status: {
          state: CameraState.BACKOFF,
          fault: { reason: "CAMERA_UNREACHABLE", message: "no answer in 5 s" },
        },
      }),
    ),
  );
  expect(await screen.findByText("The camera does not answer")).toBeVisible();
  expect(screen.getByText("No answer in 5 s.")).toBeVisible();
  expect(FakeHls.latest.calls.at(-1)).toBe("destroy");

  act(() =>
    feed.changed(camera({ status: { state: CameraState.STREAMING, sinceTime: { seconds: 9n } } })),
  );
  await waitFor(() => expect(FakeHls.made).toHaveLength(2));
  expect(screen.queryByText("The camera does not answer")).not.toBeInTheDocument();
});

it("zooms to a camera and back, and keeps that in the URL", async () => {
  const { user, location } = openApp(fakeServer({ cameras: names(3) }), {
    path: "/live?layout=2",
    token: TOKEN,
  });

  await user.click(await screen.findByRole("button", { name: "Zoom to Camera 2" }));
  expect(location()).toBe("/live?layout=2&camera=cam-2");
  expect(screen.getAllByRole("region")).toHaveLength(1);

  await user.keyboard("{ArrowRight}");
  expect(location()).toBe("/live?layout=2&camera=cam-3");

  await user.keyboard("{Escape}");
  expect(location()).toBe("/live?layout=2");
  expect(screen.getAllByRole("region")).toHaveLength(3);
});

it("pages through more cameras than there are tiles", async () => {
  const { user, location } = openApp(fakeServer({ cameras: names(5) }), {
    path: "/live",
    token: TOKEN,
  });

  await user.click(await screen.findByRole("radio", { name: "2×2" }));
  expect(screen.getByText("Page 1 of 2")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Next page" }));

  expect(location()).toBe("/live?layout=2&page=2");
  expect(screen.getAllByRole("region").map((tile) => tile.getAttribute("aria-label"))).toEqual([
    "Camera 5",
  ]);
});

it("goes by keys where nobody types", async () => {
  const { user, location } = openApp(fakeServer({ cameras: names(5) }), {
    path: "/live",
    token: TOKEN,
  });
  await screen.findAllByRole("region");

  await user.keyboard("2{ArrowRight}");
  expect(location()).toBe("/live?layout=2&page=2");

  await user.keyboard("0");
  expect(location()).toBe("/live");
});

describe("full screen", () => {
  afterEach(haveNoFullScreen);

  const open = async (path = "/live") => {
    const app = openApp(fakeServer({ cameras: names(3) }), { path, token: TOKEN });
    await screen.findAllByRole("region");
    return app;
  };
  const regions = () => screen.getAllByRole("region").map((tile) => tile.ariaLabel);

  it("is not offered where the browser has none", async () => {
    const { user } = await open();

    await user.keyboard("f");

    expect(screen.queryByRole("button", { name: /full screen/i })).not.toBeInTheDocument();
  });

  it("shows the whole grid, by button and by key", async () => {
    const { shown } = haveFullScreen();
    const { user } = await open();

    await user.click(screen.getByRole("button", { name: "Full screen" }));
    expect(shown()).toContainElement(screen.getByRole("region", { name: "Camera 3" }));

    await user.click(screen.getByRole("button", { name: "Leave full screen" }));
    expect(shown()).toBeNull();

    await user.keyboard("f");
    expect(shown()).not.toBeNull();
  });

  it("shows one camera of the grid, goes on to the next, and returns to the grid", async () => {
    const { shown, leave } = haveFullScreen();
    const { user, location } = await open("/live?layout=2");

    await user.click(screen.getByRole("button", { name: "Full screen of Camera 2" }));
    expect(regions()).toEqual(["Camera 2"]);
    expect(shown()).toContainElement(screen.getByRole("region"));
    expect(screen.queryByRole("button", { name: "All cameras" })).not.toBeInTheDocument();

    await user.keyboard("{ArrowRight}");
    expect(regions()).toEqual(["Camera 3"]);
    expect(shown()).toContainElement(screen.getByRole("region"));

    leave();
    await waitFor(() => expect(location()).toBe("/live?layout=2"));
  });

  it("goes from all cameras to one of them, and leaves that for the grid", async () => {
    const { shown } = haveFullScreen();
    const { user, location } = await open();
    await user.click(screen.getByRole("button", { name: "Full screen" }));

    await user.click(screen.getByRole("button", { name: "Full screen of Camera 2" }));
    expect(regions()).toEqual(["Camera 2"]);
    expect(shown()).not.toBeNull();

    await user.click(screen.getByRole("button", { name: "Leave full screen" }));
    expect(shown()).toBeNull();
    expect(location()).toBe("/live");
  });

  it("is left by Escape before the camera is", async () => {
    const { shown } = haveFullScreen();
    const { user, location } = await open("/live?camera=cam-2");
    await user.keyboard("f");
    expect(shown()).not.toBeNull();

    await user.keyboard("{Escape}");
    expect(shown()).toBeNull();
    expect(location()).toBe("/live?camera=cam-2");

    await user.keyboard("{Escape}");
    expect(location()).toBe("/live");
  });

  it("says so where the browser refuses", async () => {
    haveFullScreen({ refuses: true });
    const { user } = await open();

    await user.keyboard("f");

    expect(await screen.findByText("The browser shows no full screen")).toBeVisible();
  });
});

describe("the help for keys", () => {
  afterEach(haveNoFullScreen);

  const open = async () => {
    const app = openApp(fakeServer({ cameras: names(2) }), {
      path: "/live?camera=cam-1",
      token: TOKEN,
    });
    await screen.findByRole("region");
    return app;
  };

  it("opens by key and by button, and Escape closes it alone", async () => {
    const { user, location } = await open();
    await user.keyboard("?");
    expect(await screen.findByRole("dialog", { name: "Keys" })).toBeVisible();

    await user.keyboard("{Escape}");
    expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
    expect(location()).toBe("/live?camera=cam-1");

    await user.click(screen.getByRole("button", { name: "Keys" }));
    expect(screen.getByRole("dialog", { name: "Keys" })).toBeVisible();
  });

  it("lists what there is, and full screen only where the browser has it", async () => {
    const { user } = await open();
    await user.keyboard("?");
    const always = within(screen.getByRole("table", { name: "Always" }));

    expect(always.getByRole("row", { name: "← → Previous or next" })).toBeVisible();
    expect(always.queryByRole("row", { name: /^F / })).not.toBeInTheDocument();
    expect(screen.getByRole("row", { name: "S Save a snapshot" })).toBeVisible();
  });

  it("is seen in full screen", async () => {
    const { shown } = haveFullScreen();
    const { user } = await open();
    await user.keyboard("f?");

    expect(shown()).toContainElement(screen.getByRole("dialog", { name: "Keys" }));
    expect(screen.getByRole("row", { name: /^F Full screen/ })).toBeVisible();
  });

  it("keeps other keys to itself", async () => {
    const { user, location } = await open();
    await user.keyboard("?");

    await user.keyboard("{ArrowRight}2");

    expect(location()).toBe("/live?camera=cam-1");
  });
});
