/** The controls and keys of the footage player on the camera's page. */
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { HOUR_MS, timestampFromMs } from "../lib/time";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, fakeServer, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

const DAY = new Date(2026, 0, 15).getTime();
const MOMENT = DAY + 6 * HOUR_MS;
const at = (hour: number) => timestampFromMs(DAY + hour * HOUR_MS);
const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
const pageAt = (ms: number) => `/cameras/front-door?at=${iso(ms)}`;
/** Footage from 0 to 8 and from 9 to 24. */
const recording = {
  getTimeline: () => ({
    timelines: [
      {
        camera: "cameras/front-door",
        recorded: [
          { startTime: at(0), endTime: at(8) },
          { startTime: at(9), endTime: at(24) },
        ],
        gaps: [
          { startTime: at(8), endTime: at(9), cause: "CAMERA_UNREACHABLE", message: "no answer" },
        ],
        coverage: 0.958,
      },
    ],
  }),
  listSegments: () => ({ segments: [] }),
  getPlayback: () => ({ hlsPath: "/playback/front-door/index.m3u8", codecs: ["avc1.64001f"] }),
};

beforeEach(() => {
  FakeHls.reset();
  stubMediaSource(() => true);
});

/** The players of footage that were made; the live picture of the page has one of its own. */
const made = () => FakeHls.made.filter(({ calls }) => calls[0]?.includes("/playback/"));
const hls = () => made().at(-1) as FakeHls;
const speed = () => screen.getByRole<HTMLInputElement>("radio", { checked: true }).value;

/** Plays a moment of a playlist that begins 10 min before it. */
async function openPlayer() {
  const app = openApp(fakeServer({ cameras: [camera()], recording }), {
    path: pageAt(MOMENT),
    token: TOKEN,
  });
  await waitFor(() => expect(made()).toHaveLength(1));
  act(() => hls().loaded([{ start: 0, duration: 3_600, programDateTime: MOMENT - 600_000 }]));
  const video = screen.getByLabelText<HTMLVideoElement>("Recorded footage");
  video.currentTime = 600;
  fireEvent.timeUpdate(video);
  return { ...app, video };
}

it("is faster and slower with keys, and silent above 2×", async () => {
  const { user, video } = await openPlayer();

  await user.keyboard(">");
  expect(video).toMatchObject({ playbackRate: 2, muted: false });
  await user.keyboard(">>>>");
  expect(video).toMatchObject({ playbackRate: 16, muted: true });
  expect(speed()).toBe("16");
  await user.keyboard("<<<<<<");
  expect(video).toMatchObject({ playbackRate: 0.5, muted: false });

  // Who had muted it stays so.
  video.muted = true;
  await user.click(screen.getByRole("radio", { name: "4×" }));
  await user.click(screen.getByRole("radio", { name: "1×" }));
  expect(video).toMatchObject({ playbackRate: 1, muted: true });
});

it("loads further ahead when it goes fast", async () => {
  const { user, video } = await openPlayer();
  expect(hls().config).toMatchObject({ maxBufferLength: 60, backBufferLength: 60 });

  await user.click(screen.getByRole("radio", { name: "16×" }));
  fireEvent(video, new Event("ratechange"));

  expect(hls().config).toMatchObject({ maxBufferLength: 240, backBufferLength: 10 });
});

it("keeps the speed over the end of a playlist, a gap and a new player", async () => {
  const { user, video, location } = await openPlayer();
  await user.click(screen.getByRole("radio", { name: "8×" }));

  // The playlist ends at 8:00, where the gap begins.
  fireEvent.ended(video);
  expect(location()).toBe(pageAt(DAY + 9 * HOUR_MS));
  await waitFor(() => expect(made()).toHaveLength(2));
  expect(video).toMatchObject({ playbackRate: 8, defaultPlaybackRate: 8, muted: true });
  expect(hls().config).toMatchObject({ maxBufferLength: 120 });

  act(() => hls().fail({ type: "networkError", details: "fragLoadError" }));
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  await waitFor(() => expect(made()).toHaveLength(3));
  expect(video.playbackRate).toBe(8);
  expect(speed()).toBe("8");
});

it("shows a speed that the browser's own menu set", async () => {
  const { video } = await openPlayer();

  video.playbackRate = 2;
  fireEvent(video, new Event("ratechange"));

  expect(speed()).toBe("2");
});
