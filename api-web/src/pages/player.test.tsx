/** The controls and keys of the footage player on the camera's page. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { BAR_KEYS } from "../components/recordings/barKeys";
import type { GetPlaybackRequest } from "../gen/ronin/v1/recording_pb";
import { keySign } from "../lib/keys";
import { PLAYER_KEYS } from "../lib/playerKeys";
import { HOUR_MS, timestampFromMs, timestampMs } from "../lib/time";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, fakeServer, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";
import { letPlay, tellPictures } from "../test/video";

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
async function openPlayer(replaced = {}) {
  const server = fakeServer({ cameras: [camera()], recording: { ...recording, ...replaced } });
  const app = openApp(server, {
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

  // The playlist ends at 7:00, and the next one at 8:00, where the gap begins.
  fireEvent.ended(video);
  expect(location()).toBe(pageAt(DAY + 7 * HOUR_MS));
  await waitFor(() => expect(made()).toHaveLength(2));
  fireEvent.ended(video);
  expect(location()).toBe(pageAt(DAY + 9 * HOUR_MS));
  await waitFor(() => expect(made()).toHaveLength(3));
  expect(video).toMatchObject({ playbackRate: 8, defaultPlaybackRate: 8, muted: true });
  expect(hls().config).toMatchObject({ maxBufferLength: 120 });

  act(() => hls().fail({ type: "networkError", details: "fragLoadError" }));
  await user.click(await screen.findByRole("button", { name: "Try again" }));
  await waitFor(() => expect(made()).toHaveLength(4));
  expect(video.playbackRate).toBe(8);
  expect(speed()).toBe("8");
});

it("shows a speed that the browser's own menu set", async () => {
  const { video } = await openPlayer();

  video.playbackRate = 2;
  fireEvent(video, new Event("ratechange"));

  expect(speed()).toBe("2");
});

describe("pictures one by one", () => {
  const shownTime = async () =>
    (await screen.findByRole("region", { name: "Footage player" })).querySelector("time");

  it("are gone through with keys and buttons, and the time is exact", async () => {
    const { user, video } = await openPlayer();
    letPlay(video);
    await act(() => video.play());
    expect((await shownTime())?.textContent).not.toContain(".000");

    await user.keyboard(".");
    fireEvent.seeking(video);
    expect(video.paused).toBe(true);
    expect(video.currentTime).toBeCloseTo(600.04);
    expect((await shownTime())?.textContent).toContain("6:00:00.040");
    expect((await shownTime())?.dateTime).toBe(new Date(MOMENT + 40).toISOString());

    await user.click(screen.getByRole("button", { name: "One picture back" }));
    await user.keyboard(",");
    fireEvent.seeking(video);
    expect((await shownTime())?.textContent).toContain("5:59:59.960");
    await user.click(screen.getByRole("button", { name: "One picture on" }));
    expect(video.currentTime).toBeCloseTo(600);

    await act(() => video.play());
    expect((await shownTime())?.textContent).toMatch(/[^.]\d\d( [AP]M)?$/);
  });

  it("have the time at which they begin, where the browser tells it", async () => {
    const { user, video } = await openPlayer();
    act(() => hls().fail({ type: "networkError", details: "fragLoadError" }));
    letPlay(video);
    const pictures = tellPictures(video);
    await user.click(await screen.findByRole("button", { name: "Try again" }));
    await waitFor(() => expect(made()).toHaveLength(2));
    act(() => hls().loaded([{ start: 0, duration: 3_600, programDateTime: MOMENT }]));

    await user.keyboard(".");
    video.currentTime = 5.03;
    fireEvent.seeking(video);
    act(() => pictures.show({ mediaTime: 5.02, presentedFrames: 1 }));

    expect((await shownTime())?.textContent).toContain("6:00:05.020");
  });

  it("are as long as the segments of the day say", async () => {
    const { video, user } = await openPlayer({
      listSegments: () => ({
        segments: [{ name: "s", startTime: at(5), endTime: at(7), frames: 2n * 3_600n * 10n }],
      }),
    });
    await screen.findByText(/1 segment/);

    await user.keyboard("...");

    expect(video.currentTime).toBeCloseTo(600.3);
  });

  it("before the beginning of what is loaded are asked for, and stand still", async () => {
    const { user, video, location } = await openPlayer();
    const play = vi.fn(async () => undefined);
    video.play = play;
    video.currentTime = 0;
    fireEvent.timeUpdate(video);

    await user.keyboard(",");

    const earlier = MOMENT - 600_000 - 40;
    expect(location()).toBe(pageAt(earlier));
    await waitFor(() => expect(made()).toHaveLength(2));
    act(() => hls().loaded([{ start: 0, duration: 3_600, programDateTime: earlier }]));
    expect(hls().calls.at(-1)).toBe("startLoad 0");
    expect(play).not.toHaveBeenCalled();
    // Its picture may be a later one than was asked for, which is said though nothing plays.
    act(() => hls().loaded([{ start: 0, duration: 3_600, programDateTime: earlier + 25 }]));
    fireEvent.loadedData(video);
    expect((await shownTime())?.dateTime).toBe(new Date(earlier + 25).toISOString());
  });
});

describe("a time that is typed", () => {
  const field = () => screen.getByRole("textbox", { name: "Go to time" });

  it("is played, on the day that is shown or another one", async () => {
    const { user, location } = await openPlayer();

    await user.type(field(), "14:05:30{Enter}");
    expect(location()).toBe(pageAt(DAY + 14 * HOUR_MS + 330_000));

    await user.clear(field());
    await user.type(field(), "2026-01-14 14:05");
    await user.click(screen.getByRole("button", { name: "Go" }));
    expect(location()).toBe(pageAt(new Date(2026, 0, 14, 14, 5).getTime()));
  });

  it("says at the field what is wrong with it, and why there is no footage", async () => {
    const { user, location } = await openPlayer();

    await user.type(field(), "25:00{Enter}");
    expect(field()).toBeInvalid();
    expect(field()).toHaveAccessibleDescription("Hours go from 0 to 23.");
    await user.clear(field());
    expect(field()).toBeValid();
    await user.type(field(), "8:30{Enter}");
    expect(field()).toHaveAccessibleDescription("There is no footage of 08:30:00: No answer.");
    expect(location()).toBe(pageAt(MOMENT));
  });

  it("does not reach the player's keys", async () => {
    const { user, video } = await openPlayer();

    await user.type(field(), "<>,.");

    expect(video).toMatchObject({ playbackRate: 1, currentTime: 600 });
    expect(field()).toHaveValue("<>,.");
  });
});

describe("the link to a moment", () => {
  const link = `${window.location.origin}${pageAt(MOMENT)}`;
  afterEach(() => void vi.restoreAllMocks());
  const copy = () => screen.getByRole("button", { name: "Copy link" });

  it("is copied, and that is said", async () => {
    const { user } = await openPlayer();
    const writeText = vi.spyOn(navigator.clipboard, "writeText");

    await user.click(copy());

    expect(await screen.findByText(/^The link to .*6:00:00.* is copied\.$/)).toBeVisible();
    expect(writeText).toHaveBeenCalledWith(link);
  });

  it("is shown where it may not be copied", async () => {
    const { user, video } = await openPlayer();
    const refused = vi.spyOn(navigator.clipboard, "writeText");
    refused.mockRejectedValue(new DOMException("refused", "NotAllowedError"));

    await user.click(copy());

    const field = await screen.findByRole<HTMLInputElement>("textbox", {
      name: "Link to this moment",
    });
    expect(field).toHaveValue(link);
    expect(field).toHaveFocus();
    expect(field.selectionEnd).toBe(link.length);
    expect(field).toHaveAccessibleDescription(/did not let it be copied/);
    expect(screen.queryByText(/is copied/)).not.toBeInTheDocument();

    // It goes on playing; the link stays that of the moment that was asked for.
    video.currentTime = 605;
    fireEvent.timeUpdate(video);
    expect(field).toHaveValue(link);
    await user.click(screen.getByRole("button", { name: "Hide the link" }));
    expect(field).not.toBeInTheDocument();
  });

  it("is shown where there is no clipboard", async () => {
    const { user } = await openPlayer();
    vi.spyOn(navigator, "clipboard", "get").mockReturnValue(undefined as unknown as Clipboard);

    await user.click(copy());

    expect(await screen.findByRole("textbox", { name: "Link to this moment" })).toHaveValue(link);
  });
});

describe("keys", () => {
  it("play and pause with space, and go 10 s back and on with arrows", async () => {
    const { user, video } = await openPlayer();
    letPlay(video);

    await user.keyboard(" ");
    expect(video.paused).toBe(false);
    await user.keyboard(" ");
    expect(video.paused).toBe(true);
    await user.keyboard("{ArrowLeft}{ArrowLeft}{ArrowRight}");
    expect(video.currentTime).toBe(590);
  });

  it("leave space and arrows to the bar and to fields", async () => {
    const { user, video } = await openPlayer();
    letPlay(video);

    (await screen.findByRole("slider", { name: "Moment to play" })).focus();
    await user.keyboard("{ArrowLeft}{ArrowLeft}");
    screen.getByRole("textbox", { name: "Go to time" }).focus();
    await user.keyboard(" {ArrowLeft}jk");

    expect(video).toMatchObject({ currentTime: 600, paused: true });
  });

  it("go on, faster, stop and back as in video editors", async () => {
    const { user, video } = await openPlayer();
    letPlay(video);

    await user.keyboard("l");
    expect(video).toMatchObject({ paused: false, playbackRate: 1 });
    await user.keyboard("ll");
    expect(video.playbackRate).toBe(4);
    await user.keyboard("k");
    expect(video).toMatchObject({ paused: true, playbackRate: 1 });

    await user.keyboard("jj");
    expect(screen.getByText("going back at 2×")).toBeVisible();
    await waitFor(() => expect(video.currentTime).toBeLessThan(599.7));
    expect(video.paused).toBe(true);
    await user.keyboard("l");
    expect(video.paused).toBe(false);
    expect(screen.queryByText(/going back/)).not.toBeInTheDocument();
  });

  it("going back asks for more before the beginning, over a gap, and stays paused", async () => {
    const getPlayback = vi.fn((_request: GetPlaybackRequest) => recording.getPlayback());
    const { user, video, location } = await openPlayer({ getPlayback });
    letPlay(video);
    // The playlist begins at 9:00, behind the gap.
    act(() => hls().loaded([{ start: 0, duration: 3_600, programDateTime: DAY + 9 * HOUR_MS }]));
    video.currentTime = 0;
    fireEvent.timeUpdate(video);

    await user.keyboard("j");

    const before = DAY + 8 * HOUR_MS - 1_000;
    await waitFor(() => expect(location()).toBe(pageAt(before)));
    await waitFor(() => expect(getPlayback).toHaveBeenCalledTimes(2));
    const [request] = getPlayback.mock.lastCall ?? [];
    expect(timestampMs(request?.startTime)).toBe(before - 300_000);
    await waitFor(() => expect(made()).toHaveLength(2));
    act(() => hls().loaded([{ start: 0, duration: 3_600, programDateTime: before - 300_000 }]));
    expect(hls().calls.at(-1)).toBe("startLoad 300");
    expect(video.paused).toBe(true);
    expect(screen.getByText("going back at 1×")).toBeVisible();
  });

  it("10 s back before the beginning go on playing, however fast they follow one another", async () => {
    const { user, video, location } = await openPlayer();
    letPlay(video);
    const play = vi.spyOn(video, "play");
    await act(() => video.play());
    video.currentTime = 0;
    fireEvent.timeUpdate(video);

    await user.keyboard("{ArrowLeft}");
    await waitFor(() => expect(location()).toBe(pageAt(MOMENT - 610_000)));
    act(() => video.pause());
    await user.keyboard("{ArrowLeft}");

    await waitFor(() => expect(location()).toBe(pageAt(MOMENT - 620_000)));
    await waitFor(() => expect(hls().calls.at(-1)).toBe("attachMedia"));
    play.mockClear();
    act(() => hls().loaded([{ start: 0, duration: 3_600, programDateTime: MOMENT - 620_000 }]));
    expect(play).toHaveBeenCalled();
  });

  it("going back ends where the footage begins", async () => {
    const { user, video, location } = await openPlayer();
    letPlay(video);
    act(() => hls().loaded([{ start: 0, duration: 3_600, programDateTime: DAY }]));
    video.currentTime = 0;
    fireEvent.timeUpdate(video);
    const listed = recording.getTimeline().timelines[0]?.recorded[0]?.startTime;
    expect(timestampMs(listed)).toBe(DAY);

    await user.keyboard("j");
    // The day before may have footage: that is asked for.
    await waitFor(() => expect(location()).toBe(pageAt(DAY - 40)));
    await waitFor(() => expect(made()).toHaveLength(2));
    act(() => hls().loaded([{ start: 0, duration: 3_600, programDateTime: DAY }]));
    fireEvent.timeUpdate(video);

    await waitFor(() => expect(screen.queryByText(/going back/)).not.toBeInTheDocument());
    expect(location()).toBe(pageAt(DAY - 40));
    expect(made()).toHaveLength(2);
  });

  it("are listed, and each of them is one", async () => {
    const playerKeys = Object.values(PLAYER_KEYS).flatMap(({ keys }) => keys);
    const barKeys = BAR_KEYS.flatMap(({ keys }) => keys);
    const { user, video } = await openPlayer();
    letPlay(video);
    await user.keyboard("?");
    const dialog = within(await screen.findByRole("dialog", { name: "Keys" }));
    const listed = (title: string) =>
      within(dialog.getByRole("table", { name: title }))
        .getAllByRole("rowheader")
        .map((header) => header.textContent);
    expect(listed("Player")).toEqual(playerKeys.map(keySign));
    expect(listed("Bar of the day, when it has the focus")).toEqual(barKeys.map(keySign));
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());

    // A key that does something is not left to the browser.
    const slider = await screen.findByRole("slider", { name: "Moment to play" });
    for (const key of barKeys) {
      expect(fireEvent.keyDown(slider, { key }), key).toBe(false);
    }
    for (const key of playerKeys) {
      expect(fireEvent.keyDown(document.body, { key }), key).toBe(false);
    }
  });

  it("are listed with a button, too", async () => {
    const { user } = await openPlayer();

    await user.click(screen.getByRole("button", { name: "Keys" }));

    expect(await screen.findByRole("dialog", { name: "Keys" })).toBeVisible();
  });
});
