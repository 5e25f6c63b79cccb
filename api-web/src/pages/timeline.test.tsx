/** Zooming and moving the bar of a day's footage on the camera's page. */
import { act, createEvent, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { HOUR_MS, MINUTE_MS, SECOND_MS, timestampFromMs } from "../lib/time";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, fakeServer, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

const DAY = new Date(2026, 0, 15).getTime();
const at = (hour: number) => timestampFromMs(DAY + hour * HOUR_MS);
const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
/** Footage from 0 to 12 and from 12:00:03 to 24. */
const recording = {
  getTimeline: () => ({
    timelines: [
      {
        camera: "cameras/front-door",
        recorded: [
          { startTime: at(0), endTime: at(12) },
          { startTime: timestampFromMs(DAY + 12 * HOUR_MS + 3_000), endTime: at(24) },
        ],
        gaps: [
          {
            startTime: at(12),
            endTime: timestampFromMs(DAY + 12 * HOUR_MS + 3_000),
            cause: "CAMERA_UNREACHABLE",
            message: "no answer",
          },
        ],
        coverage: 0.999,
        motion: [{ startTime: at(6), endTime: at(7) }],
      },
    ],
  }),
  listSegments: () => ({ segments: [] }),
  listProtectedSpans: () => ({
    spans: [{ name: "cameras/front-door/protectedSpans/1", startTime: at(6), endTime: at(12) }],
  }),
  getPlayback: () => ({ hlsPath: "/playback/front-door/index.m3u8", codecs: ["avc1.64001f"] }),
};

beforeEach(() => {
  FakeHls.reset();
  stubMediaSource(() => true);
});

async function openBar(query = "day=2026-01-15") {
  const app = openApp(fakeServer({ cameras: [camera()], recording }), {
    path: `/cameras/front-door?${query}`,
    token: TOKEN,
  });
  const slider = await screen.findByRole("slider", { name: "Moment to play" });
  const bar = screen.getByRole("group", { name: /^Footage of the day/ });
  for (const element of [slider, bar]) {
    element.getBoundingClientRect = () => ({ left: 100, width: 1_000 }) as DOMRect;
  }
  return { ...app, slider, bar };
}

const shown = () => screen.getByText(/shown/).textContent;
const button = (name: string) => screen.getByRole("button", { name });
const gap = () => screen.queryByRole("button", { name: /No answer\./ });

it("zooms with buttons around the middle, and shows the whole day again", async () => {
  const { user } = await openBar();
  expect(shown()).toBe("The whole day is shown");
  expect(button("Zoom out")).toHaveAttribute("aria-disabled", "true");

  await user.click(button("Zoom in"));
  await user.click(button("Zoom in"));
  expect(shown()).toBe("09:00:00 to 15:00:00 is shown (6 h)");
  await user.click(button("Zoom out"));
  expect(shown()).toBe("06:00:00 to 18:00:00 is shown (12 h)");
  for (let press = 0; press < 20; press += 1) {
    fireEvent.click(button("Zoom in"));
  }
  expect(shown()).toBe("11:59:55 to 12:00:05 is shown (10 s)");
  expect(button("Zoom in")).toHaveAttribute("aria-disabled", "true");

  await user.click(button("Show the whole day"));
  expect(shown()).toBe("The whole day is shown");
});

it("draws a gap as long as it was, with the words of the whole gap", async () => {
  const { bar } = await openBar();
  const words = gap()?.getAttribute("aria-label");
  expect(words).toBe("12:00:00 to 12:00:03 (3 s): No answer.");

  fireEvent.wheel(bar, { clientX: 600, deltaY: -100_000 });

  // 10 s around 12:00:00.
  expect(gap()?.style).toMatchObject({ left: "50%", width: "30%" });
  expect(gap()).toHaveAccessibleName(words ?? "");
  expect(screen.getByTestId("kept").style).toMatchObject({ left: "0%", width: "50%" });

  fireEvent.wheel(bar, { clientX: 600, deltaX: 200 });
  expect(shown()).toBe("11:59:57 to 12:00:07 is shown (10 s)");
  fireEvent.wheel(bar, { clientX: 600, deltaY: 400, shiftKey: true });
  expect(gap()?.style).toMatchObject({ left: "0%", width: "20%" });
  fireEvent.wheel(bar, { clientX: 600, deltaY: 1_000, shiftKey: true });
  expect(gap()).toBeNull();
});

it("shows when something moved, and says how often", async () => {
  const { bar } = await openBar();

  expect(bar).toHaveAccessibleName(/, 1 gap, motion at 1 time$/);
  expect(screen.getByTestId("motion").style).toMatchObject({ left: "25%", width: "4.1667%" });
  expect(screen.getByText("Motion")).toBeVisible();
});

it("zooms with the wheel around the pointer, and lets the page scroll where it cannot", async () => {
  const { bar } = await openBar();
  const wheel = (init: WheelEventInit) => {
    const event = createEvent.wheel(bar, init);
    act(() => void bar.dispatchEvent(event));
    return event.defaultPrevented;
  };

  expect(wheel({ clientX: 350, deltaY: 240 })).toBe(false);
  expect(wheel({ clientX: 350, deltaY: -240 })).toBe(true);
  // A quarter of the day is 6:00 and stays there.
  expect(shown()).toBe("03:00:00 to 15:00:00 is shown (12 h)");
  expect(wheel({ clientX: 350, deltaY: 15, deltaMode: WheelEvent.DOM_DELTA_LINE })).toBe(true);
  expect(shown()).toBe("The whole day is shown");
});

it("labels the scale as finely as fits", async () => {
  const { bar } = await openBar();
  const labels = () =>
    [...within(screen.getByTestId("scale")).queryAllByText(/:/)].map((label) => label.textContent);

  expect(labels().slice(0, 2)).toEqual(["03:00", "06:00"]);
  fireEvent.wheel(bar, { clientX: 600, deltaY: -240 * 5 });
  expect(labels()).toContain("12:10");
  fireEvent.wheel(bar, { clientX: 600, deltaY: -100_000 });
  expect(labels()).toContain("12:00:02");
});

it("is moved by dragging, which is no click; a click plays what lies there", async () => {
  const { bar, slider, location } = await openBar();
  fireEvent.wheel(bar, { clientX: 600, deltaY: -240 });

  fireEvent.pointerDown(slider, { clientX: 600, pointerId: 1 });
  fireEvent.pointerMove(slider, { clientX: 500, pointerId: 1 });
  fireEvent.pointerUp(slider, { clientX: 500, pointerId: 1 });
  fireEvent.click(slider, { clientX: 500 });
  expect(shown()).toBe("07:12:00 to 19:12:00 is shown (12 h)");
  expect(location()).toBe("/cameras/front-door?day=2026-01-15");

  fireEvent.pointerDown(slider, { clientX: 350, pointerId: 1 });
  fireEvent.pointerMove(slider, { clientX: 352, pointerId: 1 });
  fireEvent.pointerUp(slider, { clientX: 352, pointerId: 1 });
  fireEvent.click(slider, { clientX: 350 });
  expect(location()).toBe(`/cameras/front-door?at=${iso(DAY + 10 * HOUR_MS + 12 * MINUTE_MS)}`);
});

it("is zoomed with two fingers", async () => {
  const { slider } = await openBar();

  fireEvent.pointerDown(slider, { clientX: 500, pointerId: 1 });
  fireEvent.pointerDown(slider, { clientX: 700, pointerId: 2 });
  fireEvent.pointerMove(slider, { clientX: 400, pointerId: 1 });
  fireEvent.pointerMove(slider, { clientX: 800, pointerId: 2 });
  fireEvent.pointerUp(slider, { clientX: 800, pointerId: 2 });
  fireEvent.pointerUp(slider, { clientX: 400, pointerId: 1 });

  expect(shown()).toBe("06:00:00 to 18:00:00 is shown (12 h)");
});

it("is zoomed with keys, whose steps fit what is shown", async () => {
  const { user, slider } = await openBar(`at=${iso(DAY + 6 * HOUR_MS)}`);
  const value = () => Math.round(Number(slider.getAttribute("aria-valuenow")) * 1_000) - DAY;

  slider.focus();
  await user.keyboard("{ArrowRight}");
  expect(value()).toBe(6 * HOUR_MS + MINUTE_MS);
  await user.keyboard("{ArrowLeft}+++++");
  expect(shown()).toContain("(45 min)");
  await user.keyboard("{ArrowRight}");
  expect(value()).toBe(6 * HOUR_MS + 5 * SECOND_MS);
  await user.keyboard("{ArrowLeft}++++++++++{ArrowRight}{Shift>}{ArrowRight}{/Shift}");
  expect(shown()).toContain("(10 s)");
  expect(value()).toBe(6 * HOUR_MS + 1_100);
  expect(slider).toHaveAttribute("aria-valuetext", "06:00:01.100, press Enter to play");
  expect(slider).toHaveAttribute("aria-valuemax", String(DAY / 1_000 + 24 * 3_600));

  // What is chosen is always seen.
  await user.keyboard("{Home}");
  expect(shown()).toBe("00:00:00 to 00:00:10 is shown (10 s)");
  await user.keyboard("-");
  expect(shown()).toContain("(20 s)");
  await user.keyboard("0");
  expect(shown()).toBe("The whole day is shown");
});

it("follows what plays, and shows what is asked for", async () => {
  const { bar, user } = await openBar(`at=${iso(DAY + 12 * HOUR_MS + MINUTE_MS)}`);
  await waitFor(() =>
    expect(FakeHls.made.some(({ calls }) => calls[0]?.includes("/playback/"))).toBe(true),
  );
  const start = DAY + 12 * HOUR_MS + MINUTE_MS;
  const hls = FakeHls.made.find(({ calls }) => calls[0]?.includes("/playback/"));
  act(() => hls?.loaded([{ start: 0, duration: 600, programDateTime: start }]));
  fireEvent.wheel(bar, { clientX: 600, deltaY: -100_000 });
  expect(shown()).toContain("(10 s)");
  const video = screen.getByLabelText<HTMLVideoElement>("Recorded footage");
  const playTo = (seconds: number) => {
    video.currentTime = seconds;
    fireEvent.timeUpdate(video);
  };

  // Nobody is taken away from what they look at.
  playTo(30);
  expect(screen.queryByTestId("playhead")).not.toBeInTheDocument();

  await user.click(button("Show the whole day"));
  for (let press = 0; press < 20; press += 1) {
    fireEvent.click(button("Zoom in"));
  }
  expect(shown()).toBe("12:01:25 to 12:01:35 is shown (10 s)");
  playTo(36);
  expect(shown()).toBe("12:01:35 to 12:01:45 is shown (10 s)");
  expect(screen.getByTestId("playhead").style.left).toBe("10%");
});

it("chooses a span within what is shown", async () => {
  const { bar } = await openBar(
    `day=2026-01-15&from=${iso(DAY + HOUR_MS)}&to=${iso(DAY + 2 * HOUR_MS)}`,
  );
  const form = within(await screen.findByRole("form", { name: "Protect a span" }));
  fireEvent.wheel(bar, { clientX: 600, deltaY: -100_000 });
  const selector = screen.getByTestId("span-selector");
  selector.getBoundingClientRect = () => ({ left: 100, width: 1_000 }) as DOMRect;

  fireEvent.pointerDown(selector, { clientX: 300, pointerId: 1 });
  fireEvent.pointerMove(selector, { clientX: 500, pointerId: 1 });
  fireEvent.pointerUp(selector, { clientX: 700, pointerId: 1 });

  // 10 s around 12:00:00; dragging chose, and moved nothing.
  expect(shown()).toBe("11:59:55 to 12:00:05 is shown (10 s)");
  await waitFor(() => expect(form.getByLabelText("From")).toHaveDisplayValue(/T11:59:57/));
  expect(form.getByLabelText("To")).toHaveDisplayValue(/T12:00:01/);
  // An end that is not seen waits at the edge, and says where it is.
  fireEvent.wheel(bar, { clientX: 600, deltaY: 100_000, shiftKey: true });
  const end = screen.getByRole("slider", { name: "End of the span" });
  expect(end.style.left).toBe("0%");
  expect(end).toHaveAttribute("aria-valuetext", "12:00:01");
});
