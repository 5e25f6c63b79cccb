/** The still of what is asked for, over the players of a camera's page and of the footage page. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { GetPlaybackRequest, GetTimelineRequest } from "../gen/ronin/v1/recording_pb";
import { HOUR_MS, MINUTE_MS, timestampFromMs } from "../lib/time";
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
const CAMERAS = [camera(), camera({ id: "yard", name: "cameras/yard", displayName: "The yard" })];
/** The front door has footage from 0 to 12 and from 13 to 24, the yard all day. */
const recording = {
  getTimeline: ({ cameras: [name = ""] }: GetTimelineRequest) => ({
    timelines: [
      name === "cameras/yard"
        ? { camera: name, recorded: [{ startTime: at(0), endTime: at(24) }], coverage: 1 }
        : {
            camera: name,
            recorded: [
              { startTime: at(0), endTime: at(12) },
              { startTime: at(13), endTime: at(24) },
            ],
            gaps: [
              { startTime: at(12), endTime: at(13), cause: "DISK_FULL", message: "disk full" },
            ],
            coverage: 0.95,
          },
    ],
  }),
  listSegments: () => ({ segments: [] }),
  getPlayback: ({ camera: name }: GetPlaybackRequest) => ({
    hlsPath: `/playback/${name.replace("cameras/", "")}/index.m3u8`,
    codecs: ["avc1.64001f"],
  }),
};

/** What the server answers for a path. */
let answer: (path: string) => Promise<Response>;
const fetched = vi.fn((path: string) => answer(path));
const paths = () => fetched.mock.calls.map(([path]) => path);
const stillPath = (id: string, ms: number) => `/preview/${id}.jpg?time=${iso(ms)}&height=360`;

beforeEach(() => {
  FakeHls.reset();
  stubMediaSource(() => true);
  fetched.mockClear();
  answer = async () => new Response("jpeg");
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => vi.unstubAllGlobals());

const open = (path: string, replaced = {}) =>
  openApp(fakeServer({ cameras: CAMERAS, recording: { ...recording, ...replaced } }), {
    path,
    token: TOKEN,
  });
const made = (id: string) =>
  FakeHls.made.filter(({ calls }) => calls[0] === `loadSource /playback/${id}/index.m3u8`);
const still = (id = "front-door") => screen.queryByTestId(`still-${id}`);
async function clickBar(hour: number) {
  const slider = await screen.findByRole("slider", { name: "Moment to play" });
  // An hour is 60 px wide.
  slider.getBoundingClientRect = () => ({ left: 0, width: 1_440, top: 0 }) as DOMRect;
  fireEvent.click(slider, { clientX: hour * 60 });
}

describe("one camera", () => {
  const page = (ms: number) => `/cameras/front-door?at=${iso(ms)}`;
  const video = () => screen.getByLabelText<HTMLVideoElement>("Recorded footage");
  /** The player that was made last has its playlist. */
  async function loaded(ms: number, count: number) {
    await waitFor(() => expect(made("front-door")).toHaveLength(count));
    act(() =>
      made("front-door")
        .at(-1)
        ?.loaded([{ start: 0, duration: 3_600, programDateTime: ms }]),
    );
  }

  it("has the still of a click before the address and the player do, until its video draws", async () => {
    const getPlayback = vi.fn(recording.getPlayback);
    open("/cameras/front-door?day=2026-01-15", { getPlayback });
    await screen.findByRole("slider", { name: "Moment to play" });
    expect(paths()).toEqual([]);

    let playbacksBefore: number | undefined;
    answer = async () => {
      playbacksBefore ??= getPlayback.mock.calls.length;
      return new Response("jpeg");
    };
    await clickBar(6);
    expect(playbacksBefore).toBe(0);
    expect(await screen.findByTestId("still-front-door")).toHaveAttribute("src", "blob:picture");
    expect(still()).toHaveAttribute("aria-hidden", "true");
    expect(still()).toHaveAttribute("alt", "");
    const pictures = tellPictures(video());
    await loaded(MOMENT, 1);
    expect(still()).toBeInTheDocument();
    act(() => pictures.show({ mediaTime: 0, presentedFrames: 1 }));
    expect(still()).not.toBeInTheDocument();
    expect(paths()).toEqual([stillPath("front-door", MOMENT)]);
  });

  it("has that of a link, and of the next moment as soon as that is asked for", async () => {
    open(page(MOMENT));
    expect(await screen.findByTestId("still-front-door")).toBeInTheDocument();
    let release: (response: Response) => void = () => undefined;
    answer = () =>
      new Promise((resolve) => {
        release = resolve;
      });

    await clickBar(8);
    expect(still(), "that of the moment before").not.toBeInTheDocument();
    expect(paths()).toEqual([
      stillPath("front-door", MOMENT),
      stillPath("front-door", DAY + 8 * HOUR_MS),
    ]);
    await act(async () => release(new Response("jpeg")));
    expect(await screen.findByTestId("still-front-door")).toBeInTheDocument();
  });

  it("has none where there is none, nor for pictures one by one and steps", async () => {
    answer = async () => new Response("there is no footage at this moment", { status: 404 });
    const { user } = open(page(MOMENT));
    await loaded(MOMENT, 1);
    expect(still()).not.toBeInTheDocument();
    video().currentTime = 600;
    fireEvent.timeUpdate(video());
    await user.keyboard("{ArrowLeft}{ArrowRight}..,");
    expect(paths()).toHaveLength(1);
  });

  it("leaves the place to what is wrong, and to another place of the video", async () => {
    const { user } = open(page(MOMENT));
    await loaded(MOMENT, 1);
    expect(await screen.findByTestId("still-front-door")).toBeInTheDocument();
    act(() => made("front-door")[0]?.fail({ type: "networkError", details: "fragLoadError" }));
    expect(await screen.findByRole("button", { name: "Try again" })).toBeVisible();
    expect(still()).not.toBeInTheDocument();

    await clickBar(8);
    expect(await screen.findByTestId("still-front-door")).toBeInTheDocument();
    await user.keyboard("{ArrowRight}");
    expect(still()).not.toBeInTheDocument();
  });

  it("asks for no still of a gap", async () => {
    const { user } = open(page(MOMENT));
    await screen.findByRole("slider", { name: "Moment to play" });
    await user.type(screen.getByRole("textbox", { name: "Go to time" }), "12:30{Enter}");
    expect(paths()).toEqual([stillPath("front-door", MOMENT)]);
  });
});

describe("several cameras", () => {
  const page = (ms: number) => `/footage?cameras=front-door%2Cyard&at=${iso(ms)}`;
  const video = (name: string) =>
    screen.getByLabelText<HTMLVideoElement>(`Recorded footage of ${name}`);
  const NAMES = { "front-door": "Front door", yard: "The yard" } as const;
  const FIRST = MOMENT - 10 * MINUTE_MS;

  /** Both stand at 6:00 in a playlist of 30 min from 5:50, of which 5:50 to 6:01 is buffered. */
  async function openTwo() {
    const app = open(page(MOMENT));
    for (const [id, name] of Object.entries(NAMES)) {
      expect(await screen.findByTestId(`still-${id}`)).toBeInTheDocument();
      await waitFor(() => expect(made(id)).toHaveLength(1));
      letPlay(video(name));
      const buffered = { length: 1, start: () => 0, end: () => 660 };
      Object.defineProperty(video(name), "buffered", { value: buffered });
    }
    const pictures = Object.values(NAMES).map((name) => tellPictures(video(name)));
    for (const id of Object.keys(NAMES)) {
      act(() => made(id)[0]?.loaded([{ start: 0, duration: 1_800, programDateTime: FIRST }]));
    }
    for (const name of Object.values(NAMES)) {
      fireEvent.loadedData(video(name));
    }
    await waitFor(() => expect([still(), still("yard")]).toEqual([null, null]));
    await waitFor(() => expect(video("The yard").paused).toBe(false));
    await app.user.keyboard(" ");
    return { ...app, pictures };
  }

  it("have a still each of a link, until each has its picture", async () => {
    await openTwo();
    expect(paths()).toEqual([stillPath("front-door", MOMENT), stillPath("yard", MOMENT)]);
  });

  it("have one of what is not loaded, and none of what is", async () => {
    const { user, pictures } = await openTwo();
    await user.keyboard("{ArrowRight}{ArrowLeft}.");
    expect(paths()).toHaveLength(2);

    // 6:15 is in the playlist, but not loaded.
    await clickBar(6.25);
    const there = MOMENT + 15 * MINUTE_MS;
    expect(paths().slice(2)).toEqual([stillPath("front-door", there), stillPath("yard", there)]);
    expect(await screen.findByTestId("still-front-door")).toBeInTheDocument();
    expect(await screen.findByTestId("still-yard")).toBeInTheDocument();
    await waitFor(() => expect(video("Front door").currentTime).toBeCloseTo(1_500, 1));
    act(() => pictures[0]?.show({ mediaTime: 1_500, presentedFrames: 2 }));
    expect(still()).not.toBeInTheDocument();
    expect(still("yard"), "its video has no picture yet").toBeInTheDocument();

    // Back to what is loaded, before the other one is there.
    await clickBar(6);
    expect(still("yard")).not.toBeInTheDocument();
    expect(paths()).toHaveLength(4);
  });

  it("have none where one has a gap, which says so", async () => {
    await openTwo();
    await clickBar(12.5);
    const there = DAY + 12.5 * HOUR_MS;
    expect(paths().slice(2)).toEqual([stillPath("yard", there)]);
    expect(await screen.findByTestId("still-yard")).toBeInTheDocument();
    expect(still()).not.toBeInTheDocument();
    expect(
      within(screen.getByRole("region", { name: "Front door" })).getByTestId("missing"),
    ).toBeVisible();
  });
});
