/** Playing any moment of a day on the camera's page. */
import { Code, ConnectError } from "@connectrpc/connect";
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { GetPlaybackRequest } from "../gen/ronin/v1/recording_pb";
import { HOUR_MS, MINUTE_MS, timestampFromMs, timestampMs } from "../lib/time";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, fakeServer, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

const DAY = new Date(2026, 0, 15).getTime();
const at = (hour: number) => timestampFromMs(DAY + hour * HOUR_MS);
const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
const pageAt = (ms: number) => `/cameras/front-door?at=${iso(ms)}`;
const HLS_PATH = "/playback/front-door/index.m3u8?start=1&end=2";

const getPlayback = vi.fn((_request: GetPlaybackRequest) => ({
  hlsPath: HLS_PATH,
  codecs: ["avc1.64001f"],
}));
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
  getPlayback,
};

beforeEach(() => {
  FakeHls.reset();
  getPlayback.mockClear();
  stubMediaSource((type: string) => !type.includes("hvc1"));
});

function openFootage(path = "/cameras/front-door?day=2026-01-15", replaced = {}) {
  return openApp(fakeServer({ cameras: [camera()], recording: { ...recording, ...replaced } }), {
    path,
    token: TOKEN,
  });
}

async function bar() {
  const slider = await screen.findByRole("slider", { name: "Moment to play" });
  slider.getBoundingClientRect = () => ({ left: 100, width: 240 }) as DOMRect;
  return slider;
}

const player = () => screen.findByRole("region", { name: "Footage player" });
/** The players of footage that were made; the live picture of the page has one of its own. */
const made = () => FakeHls.made.filter(({ calls }) => calls[0]?.includes("/playback/"));
const footageHls = () => made().at(-1) as FakeHls;
const hlsMade = () => waitFor(() => expect(made()).toHaveLength(1));
const shownTime = async () => {
  const time = (await player()).querySelector("time")?.getAttribute("datetime");
  return Date.parse(time ?? "");
};

it("plays the moment that was clicked on and puts it into the address", async () => {
  const { location } = openFootage();

  // 240 px are 24 h: 6:00.
  fireEvent.click(await bar(), { clientX: 160 });

  await hlsMade();
  expect(location()).toBe(pageAt(DAY + 6 * HOUR_MS));
  const [request] = getPlayback.mock.calls[0] ?? [];
  expect(request?.camera).toBe("cameras/front-door");
  expect(timestampMs(request?.startTime)).toBe(DAY + 6 * HOUR_MS);
  expect(timestampMs(request?.endTime)).toBe(DAY + 7 * HOUR_MS);
  expect(footageHls().calls).toEqual([`loadSource ${HLS_PATH}`, "attachMedia"]);
});

it("does not play gaps", async () => {
  const { location } = openFootage();

  fireEvent.click(await bar(), { clientX: 185 });
  fireEvent.click(screen.getByRole("button", { name: /No answer\./ }));

  expect(location()).toBe("/cameras/front-door?day=2026-01-15");
  expect(screen.queryByRole("region", { name: "Footage player" })).not.toBeInTheDocument();
});

it("chooses the moment with keys, and plays with Enter", async () => {
  const { user, location } = openFootage();
  const slider = await bar();
  const value = () => Number(slider.getAttribute("aria-valuenow")) * 1_000 - DAY;

  slider.focus();
  await user.keyboard("{Home}{Shift>}{ArrowRight}{ArrowRight}{/Shift}{ArrowLeft}");
  expect(value()).toBe(19 * MINUTE_MS);
  expect(slider).toHaveAttribute("aria-valuetext", expect.stringContaining("press Enter to play"));
  expect(location()).not.toContain("at=");
  await user.keyboard("{Enter}");

  await hlsMade();
  expect(location()).toBe(pageAt(DAY + 19 * MINUTE_MS));
});

it("plays with the space bar, but not in a gap", async () => {
  const { user, location } = openFootage(pageAt(DAY + 8 * HOUR_MS - MINUTE_MS));
  const slider = await bar();

  slider.focus();
  await user.keyboard("{ArrowRight} ");
  expect(slider).toHaveAttribute("aria-valuetext", expect.stringContaining("no footage"));
  expect(location()).toBe(pageAt(DAY + 8 * HOUR_MS - MINUTE_MS));

  await user.keyboard("{ArrowLeft}{ArrowLeft} ");
  expect(location()).toBe(pageAt(DAY + 8 * HOUR_MS - 2 * MINUTE_MS));
});

it("opens a shared address, shows which moment is played, and closes", async () => {
  const moment = DAY + 23 * HOUR_MS;
  const { user, location } = openFootage(pageAt(moment));
  await hlsMade();
  expect(timestampMs(getPlayback.mock.calls[0]?.[0].endTime)).toBe(DAY + 24 * HOUR_MS);

  // The playlist begins at the key frame 2 s before.
  act(() =>
    footageHls().loaded([
      { start: 0, duration: 10, programDateTime: moment - 2_000 },
      { start: 10, duration: 10, programDateTime: moment + MINUTE_MS },
    ]),
  );
  expect(footageHls().calls.at(-1)).toBe("startLoad 2");
  const video = screen.getByLabelText<HTMLVideoElement>("Recorded footage");
  video.currentTime = 11;
  fireEvent.timeUpdate(video);
  expect(await shownTime()).toBe(moment + MINUTE_MS + 1_000);
  expect((await screen.findByTestId("playhead")).style.left).toBe("95.9039%");

  await user.click(screen.getByRole("radio", { name: "8×" }));
  expect(video.playbackRate).toBe(8);
  await user.click(screen.getByRole("button", { name: "−10 s" }));
  expect(video.currentTime).toBe(1);
  await user.click(screen.getByRole("button", { name: "+10 s" }));
  expect(video.currentTime).toBe(11);

  await user.click(screen.getByRole("button", { name: "Close" }));
  expect(footageHls().calls.at(-1)).toBe("destroy");
  expect(location()).toBe("/cameras/front-door?day=2026-01-15");
});

it("goes back before the beginning by asking for an earlier moment", async () => {
  const { user, location } = openFootage(pageAt(DAY + HOUR_MS));
  await hlsMade();

  await user.click(screen.getByRole("button", { name: "−10 s" }));

  expect(location()).toBe(pageAt(DAY + HOUR_MS - 10_000));
});

it("takes an address that names no moment for one without", async () => {
  openFootage("/cameras/front-door?day=2026-01-15&at=yesterday");
  await bar();

  expect(screen.queryByRole("region", { name: "Footage player" })).not.toBeInTheDocument();
  expect(getPlayback).not.toHaveBeenCalled();
});

it("says that there is no finished footage", async () => {
  const none = () => {
    throw new ConnectError("there is no finished footage in this span", Code.NotFound);
  };
  openFootage(pageAt(DAY + HOUR_MS), { getPlayback: none });

  expect(await within(await player()).findByRole("alert")).toHaveTextContent(
    "There is no finished footage in this span.",
  );
});

it("names a codec that cannot be played here", async () => {
  openFootage(pageAt(DAY + HOUR_MS), {
    getPlayback: () => ({ hlsPath: HLS_PATH, codecs: ["hvc1.1.6.L120.90"] }),
  });

  expect(await within(await player()).findByRole("alert")).toHaveTextContent(
    "This browser does not play H.265 (HEVC).",
  );
  expect(made()).toHaveLength(0);
});

it("says what went wrong while playing, and tries again", async () => {
  const { user } = openFootage(pageAt(DAY + HOUR_MS));
  await hlsMade();

  act(() => footageHls().fail({ type: "networkError", details: "manifestLoadError", code: 404 }));
  const alert = await within(await player()).findByRole("alert");
  expect(alert).toHaveTextContent("There is no finished footage of this moment");

  await user.click(within(alert).getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(made()).toHaveLength(2));
});
