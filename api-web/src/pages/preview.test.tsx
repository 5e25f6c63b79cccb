/** Small pictures of moments on the bar of a camera's day, and of all cameras of the footage page. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { GetTimelineRequest } from "../gen/ronin/v1/recording_pb";
import { HOUR_MS, MINUTE_MS, timestampFromMs } from "../lib/time";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, fakeServer, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

const DAY = new Date(2026, 0, 15).getTime();
const at = (hour: number) => timestampFromMs(DAY + hour * HOUR_MS);
const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
/** Footage from 0 to 12 and from 13 to 24. */
const recording = {
  getTimeline: ({ cameras: [name = ""] }: GetTimelineRequest) => ({
    timelines: [
      {
        camera: name,
        recorded: [
          { startTime: at(0), endTime: at(12) },
          { startTime: at(13), endTime: at(24) },
        ],
        gaps: [{ startTime: at(12), endTime: at(13), cause: "DISK_FULL", message: "disk full" }],
        coverage: 0.95,
      },
    ],
  }),
  listSegments: () => ({ segments: [] }),
  getPlayback: () => ({ hlsPath: "/playback/front-door/index.m3u8", codecs: ["avc1.64001f"] }),
};

/** What the server answers for a path. */
let answer: (path: string) => Promise<Response>;
const fetched = vi.fn((path: string) => answer(path));
const paths = () => fetched.mock.calls.map(([path]) => path);
const preview = (id: string, ms: number) => `/preview/${id}.jpg?time=${iso(ms)}`;

beforeEach(() => {
  FakeHls.reset();
  stubMediaSource(() => true);
  fetched.mockClear();
  answer = async () => new Response("jpeg");
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => vi.unstubAllGlobals());

async function openBar(path: string, group: RegExp | string = /^Footage of the day/) {
  const cameras = [camera(), camera({ id: "yard", name: "cameras/yard", displayName: "The yard" })];
  const app = openApp(fakeServer({ cameras, recording }), { path, token: TOKEN });
  const slider = await screen.findByRole("slider", { name: "Moment to play" });
  const bar = screen.getByRole("group", { name: group });
  for (const element of [slider, bar]) {
    // An hour is 60 px wide.
    element.getBoundingClientRect = () => ({ left: 100, width: 1_440, top: 0 }) as DOMRect;
  }
  // That of the moment of the address stands for its video, and is not of the bar.
  fetched.mockClear();
  return { ...app, slider, bar };
}
const xOf = (hour: number) => 100 + hour * 60;
const bubble = () => screen.queryByTestId("preview");
const PATH = "/cameras/front-door?day=2026-01-15";

it("shows the moment under the mouse with its time, and nothing when that is gone", async () => {
  const { slider } = await openBar(PATH);
  fireEvent.pointerMove(slider, { clientX: xOf(6) });

  expect(await screen.findByRole("img", { name: "Footage of 06:00:00" })).toHaveAttribute(
    "src",
    "blob:picture",
  );
  expect(paths()).toEqual([preview("front-door", DAY + 6 * HOUR_MS)]);
  expect(bubble()?.style.left).toContain("25.0000%");
  fireEvent.pointerLeave(screen.getByRole("group", { name: /^Footage of the day/ }));
  expect(bubble()).not.toBeInTheDocument();
});

it("keeps the picture while the next one is on its way, and asks only for the newest", async () => {
  const { slider } = await openBar(PATH);
  fireEvent.pointerMove(slider, { clientX: xOf(6) });
  await screen.findByRole("img", { name: "Footage of 06:00:00" });

  let release: (response: Response) => void = () => undefined;
  answer = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  for (const hour of [7, 8, 9, 10]) {
    fireEvent.pointerMove(slider, { clientX: xOf(hour) });
  }
  expect(screen.getByRole("img", { name: "Footage of 10:00:00" })).toBeVisible();
  expect(paths()).toHaveLength(2);
  await act(async () => release(new Response("jpeg")));
  await waitFor(() =>
    expect(paths().slice(1)).toEqual(
      [7, 10].map((hour) => preview("front-door", DAY + hour * HOUR_MS)),
    ),
  );
});

it("asks for moments as far apart as the zoom shows them", async () => {
  const { slider, bar } = await openBar(PATH);
  const offset = xOf(6) + 3.5;
  fireEvent.pointerMove(slider, { clientX: offset });
  // Whole 2 min in a day.
  await waitFor(() =>
    expect(paths().at(-1)).toBe(preview("front-door", DAY + 6 * HOUR_MS + 2 * MINUTE_MS)),
  );
  fireEvent.wheel(bar, { clientX: offset, deltaY: -240 * 4 });
  fireEvent.pointerMove(slider, { clientX: offset });
  await waitFor(() =>
    expect(paths().at(-1)).toBe(preview("front-door", DAY + 6 * HOUR_MS + 210_000)),
  );
});

it("says the words of the server where there is no picture", async () => {
  answer = async () => new Response("there is no key frame here", { status: 404 });
  const { slider } = await openBar(PATH);
  fireEvent.pointerMove(slider, { clientX: xOf(6) });
  expect(await screen.findByText("There is no key frame here.")).toBeVisible();
});

it("shows the moment that keys lead to, and over a gap its cause", async () => {
  const { user, slider } = await openBar(
    `/cameras/front-door?at=${iso(DAY + 12 * HOUR_MS - 90_000)}`,
  );
  slider.focus();
  await user.keyboard("{ArrowRight}");
  expect(await screen.findByRole("img", { name: "Footage of 11:59:30" })).toBeVisible();
  await user.keyboard("{ArrowRight}");
  expect(bubble()).toHaveTextContent("12:00:30");
  expect(bubble()).toHaveTextContent("12:00:00 to 13:00:00 (1 h): Disk full.");
  expect(within(bubble() as HTMLElement).queryByRole("img")).not.toBeInTheDocument();
  const before = paths().length;
  await user.keyboard("{ArrowRight}");
  expect(paths()).toHaveLength(before);

  act(() => slider.blur());
  expect(bubble()).not.toBeInTheDocument();
});

it("stands in the player's place while what plays is dragged, which is sought when it is let go", async () => {
  const { bar, slider, location } = await openBar(
    `/cameras/front-door?at=${iso(DAY + 6 * HOUR_MS)}`,
  );
  const begin = location();
  fireEvent.pointerDown(slider, { clientX: xOf(6), pointerId: 1 });
  fireEvent.pointerMove(slider, { clientX: xOf(7), pointerId: 1 });
  fireEvent.pointerMove(slider, { clientX: xOf(8), pointerId: 1 });

  const large = within(await screen.findByTestId("scrub-front-door"));
  expect(await large.findByRole("img", { name: "Footage of 08:00:00" })).toBeVisible();
  expect(location()).toBe(begin);
  fireEvent.pointerUp(slider, { clientX: xOf(8), pointerId: 1 });
  fireEvent.click(slider, { clientX: xOf(8) });
  expect(location()).toBe(`/cameras/front-door?at=${iso(DAY + 8 * HOUR_MS)}`);
  expect(screen.queryByTestId("scrub-front-door")).not.toBeInTheDocument();
  expect(bar).toBeVisible();
});

it("is dragged in a part of the day by what plays, and elsewhere moves that part", async () => {
  const { slider, bar, location } = await openBar(
    `/cameras/front-door?at=${iso(DAY + 6 * HOUR_MS)}`,
  );
  // 3 h around 6:00, which is at a quarter.
  fireEvent.wheel(bar, { clientX: xOf(6), deltaY: -240 * 3 });
  const begin = location();
  fireEvent.pointerDown(slider, { clientX: xOf(6) + 5, pointerId: 1 });
  fireEvent.pointerMove(slider, { clientX: xOf(6) + 480, pointerId: 1 });
  expect(await screen.findByTestId("scrub-front-door")).toBeInTheDocument();
  fireEvent.pointerUp(slider, { clientX: xOf(6) + 480, pointerId: 1 });
  expect(location()).toBe(`/cameras/front-door?at=${iso(DAY + 7 * HOUR_MS)}`);
  expect(location()).not.toBe(begin);

  fireEvent.pointerDown(slider, { clientX: 200, pointerId: 1 });
  fireEvent.pointerMove(slider, { clientX: 300, pointerId: 1 });
  expect(screen.queryByTestId("scrub-front-door")).not.toBeInTheDocument();
  fireEvent.pointerUp(slider, { clientX: 300, pointerId: 1 });
  expect(location()).toBe(`/cameras/front-door?at=${iso(DAY + 7 * HOUR_MS)}`);
});

it("seeks nothing where the browser takes the drag away", async () => {
  const { slider, location } = await openBar(`/cameras/front-door?at=${iso(DAY + 6 * HOUR_MS)}`);
  const begin = location();
  fireEvent.pointerDown(slider, { clientX: xOf(6), pointerId: 1 });
  fireEvent.pointerMove(slider, { clientX: xOf(8), pointerId: 1 });
  fireEvent.pointerCancel(slider, { pointerId: 1 });
  expect(screen.queryByTestId("scrub-front-door")).not.toBeInTheDocument();
  expect(location()).toBe(begin);
});

it("shows the camera of the row under the mouse, and all cameras while it is dragged", async () => {
  const { bar, slider, location } = await openBar(
    `/footage?cameras=front-door,yard&at=${iso(DAY + 6 * HOUR_MS)}`,
    "Footage of the day",
  );
  await screen.findByTestId("playhead");
  for (const [index, id] of ["front-door", "yard"].entries()) {
    screen.getByTestId(`row-${id}`).getBoundingClientRect = () =>
      ({ top: index * 30, bottom: index * 30 + 26 }) as DOMRect;
  }
  fireEvent.pointerMove(slider, { clientX: xOf(8), clientY: 40 });
  expect(await screen.findByRole("img", { name: "Footage of 08:00:00" })).toBeVisible();
  expect(paths()).toEqual([preview("yard", DAY + 8 * HOUR_MS)]);

  fireEvent.pointerDown(slider, { clientX: xOf(8), pointerId: 1, clientY: 40 });
  fireEvent.pointerMove(slider, { clientX: xOf(9), pointerId: 1, clientY: 40 });
  for (const id of ["front-door", "yard"]) {
    const large = within(await screen.findByTestId(`scrub-${id}`));
    expect(await large.findByRole("img", { name: "Footage of 09:00:00" })).toBeVisible();
  }
  expect(screen.getAllByTestId("preview")).toHaveLength(1);
  fireEvent.pointerUp(slider, { clientX: xOf(9), pointerId: 1, clientY: 40 });
  expect(location()).toContain(`at=${iso(DAY + 9 * HOUR_MS)}`);
  expect(bar).toBeVisible();
});
