/** Footage of several cameras on one page: one clock, one timeline, one camera that is heard. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { BAR_KEYS } from "../components/recordings/barKeys";
import type { GetPlaybackRequest, GetTimelineRequest } from "../gen/ronin/v1/recording_pb";
import { keySign } from "../lib/keys";
import { SYNC_KEYS } from "../lib/syncKeys";
import { HOUR_MS, MINUTE_MS, SECOND_MS, timestampFromMs, timestampMs } from "../lib/time";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, fakeServer, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";
import { letPlay } from "../test/video";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

const DAY = new Date(2026, 0, 15).getTime();
const MOMENT = DAY + 6 * HOUR_MS;
const at = (hour: number) => timestampFromMs(DAY + hour * HOUR_MS);
const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
const pageAt = (ms: number, query = "front-door%2Cyard") =>
  `/footage?cameras=${query}&at=${iso(ms)}`;
const OTHERS = ["yard", "hall", "gate", "roof", "shed", "bins", "pond", "lane", "barn"];
const CAMERAS = [
  camera(),
  ...OTHERS.map((id) => camera({ id, displayName: `The ${id}`, name: `cameras/${id}` })),
];

/** The front door has footage from 0 to 8 and from 9 to 24, the others until 12. */
const recording = {
  getTimeline: ({ cameras: [name = ""] }: GetTimelineRequest) => ({
    timelines: [
      name === "cameras/front-door"
        ? {
            camera: name,
            recorded: [
              { startTime: at(0), endTime: at(8) },
              { startTime: at(9), endTime: at(24) },
            ],
            gaps: [
              {
                startTime: at(8),
                endTime: at(9),
                cause: "CAMERA_UNREACHABLE",
                message: "the camera does not answer",
              },
            ],
            coverage: 0.958,
          }
        : {
            camera: name,
            recorded: [{ startTime: at(0), endTime: at(12) }],
            gaps: [
              {
                startTime: at(12),
                endTime: at(24),
                cause: "CAMERA_DISABLED",
                message: "it is off",
              },
            ],
            coverage: 0.5,
          },
    ],
  }),
  listSegments: () => ({
    segments: [{ name: "s", startTime: at(5), endTime: at(7), sizeBytes: 7_200_000_000n }],
  }),
  getPlayback: ({ camera: name }: GetPlaybackRequest) => ({
    hlsPath: `/playback/${name.replace("cameras/", "")}/index.m3u8`,
    codecs: ["avc1.64001f", "mp4a.40.2"],
  }),
};

beforeEach(() => {
  FakeHls.reset();
  stubMediaSource(() => true);
});

const tile = (name: string) => screen.getByRole("region", { name });
const video = (name: string) =>
  screen.getByLabelText<HTMLVideoElement>(`Recorded footage of ${name}`);
const made = (id: string) =>
  FakeHls.made.filter(({ calls }) => calls[0] === `loadSource /playback/${id}/index.m3u8`);
const shownMs = () => Date.parse(document.querySelector("time")?.dateTime ?? "");

function open(path: string, replaced = {}, cameras = CAMERAS) {
  return openApp(fakeServer({ cameras, recording: { ...recording, ...replaced } }), {
    path,
    token: TOKEN,
  });
}

/** Two cameras whose playlists begin at 5:50, stopped at 6:00. */
async function openTwo(path = pageAt(MOMENT), replaced = {}) {
  const app = open(path, replaced);
  for (const [id, name] of [
    ["front-door", "Front door"],
    ["yard", "The yard"],
  ] as const) {
    await waitFor(() => expect(made(id)).toHaveLength(1));
    letPlay(video(name));
    const first = Math.floor((MOMENT - MINUTE_MS) / 600_000) * 600_000;
    act(() => made(id)[0]?.loaded([{ start: 0, duration: 36_000, programDateTime: first }]));
  }
  await waitFor(() => expect(video("The yard").paused).toBe(false));
  await app.user.keyboard(" ");
  return app;
}
/** Both are so far, to the millisecond. */
const areAt = (seconds: number) =>
  waitFor(() => {
    for (const position of positions()) {
      expect(position).toBeCloseTo(seconds, 3);
    }
  });
const positions = () => [video("Front door").currentTime, video("The yard").currentTime];

it("opens each camera around the moment, and plays both", async () => {
  const getPlayback = vi.fn(recording.getPlayback);
  open(pageAt(MOMENT), { getPlayback });

  await waitFor(() => expect(getPlayback).toHaveBeenCalledTimes(2));
  for (const [request] of getPlayback.mock.calls) {
    expect(timestampMs(request.startTime)).toBe(DAY + 5 * HOUR_MS + 50 * MINUTE_MS);
    expect(timestampMs(request.endTime)).toBe(DAY + 6 * HOUR_MS + 20 * MINUTE_MS);
  }
  await waitFor(() => expect(made("yard")).toHaveLength(1));
  for (const name of ["Front door", "The yard"]) {
    letPlay(video(name));
  }
  const first = DAY + 5 * HOUR_MS + 50 * MINUTE_MS;
  act(() => made("front-door")[0]?.loaded([{ start: 0, duration: 99, programDateTime: first }]));
  // Nobody begins before all are there.
  expect(await screen.findByText("waiting for pictures")).toBeVisible();
  expect(video("Front door").paused).toBe(true);
  act(() => made("yard")[0]?.loaded([{ start: 0, duration: 3_600, programDateTime: first }]));
  await waitFor(() => expect(video("Front door").paused).toBe(false));
  expect(video("The yard").paused).toBe(false);
});

it("stops, goes on and seeks with one clock for both", async () => {
  const { user } = await openTwo();
  await waitFor(() => expect(positions()[0]).toBeCloseTo(positions()[1] ?? 0, 5));
  const [before = 0] = positions();
  expect(video("Front door").paused && video("The yard").paused).toBe(true);

  await user.keyboard("{ArrowRight}{ArrowRight}");
  await areAt(before + 20);
  await user.click(screen.getByRole("button", { name: "−10 s" }));
  await areAt(before + 10);
  await user.keyboard(".");
  await areAt(before + 10.04);

  await user.click(screen.getByRole("button", { name: "Play" }));
  expect(await screen.findByRole("button", { name: "Pause" })).toBeVisible();
  await waitFor(() => expect(video("Front door").paused || video("The yard").paused).toBe(false));
});

it("gives its speed to both", async () => {
  const { user } = await openTwo();
  await user.click(screen.getByRole("radio", { name: "4×" }));
  await user.click(screen.getByRole("button", { name: "Play" }));

  // The videos of this test stand, so they are made to catch up.
  await waitFor(() => expect(video("Front door").playbackRate).toBeGreaterThanOrEqual(4));
  expect(video("The yard").playbackRate).toBeGreaterThanOrEqual(4);
  await user.keyboard("k");
  expect(screen.getByRole("radio", { name: "1×" })).toBeChecked();
});

describe("a camera that has a gap", () => {
  const HALF_PAST = DAY + 8.5 * HOUR_MS;

  it("says why and when it goes on, while the other one plays", async () => {
    open(pageAt(HALF_PAST));

    const missing = await within(
      await screen.findByRole("region", { name: "Front door" }),
    ).findByTestId("missing");
    expect(missing).toHaveTextContent("The camera does not answer.");
    expect(missing).toHaveTextContent("It goes on at 09:00:00, in 30 min.");
    expect(within(tile("The yard")).queryByTestId("missing")).not.toBeInTheDocument();
    // It is loaded where it goes on.
    await waitFor(() => expect(made("front-door")).toHaveLength(1));
  });

  it("says so where it does not go on that day", async () => {
    open(pageAt(DAY + 13 * HOUR_MS));
    const missing = await within(
      await screen.findByRole("region", { name: "The yard" }),
    ).findByTestId("missing");
    expect(missing).toHaveTextContent("It is off.No later footage on this day.");
  });

  it("is jumped over where all have one", async () => {
    open(pageAt(HALF_PAST, "front-door"));
    await waitFor(() => expect(shownMs()).toBeGreaterThanOrEqual(DAY + 9 * HOUR_MS));
  });
});

it("says what the server refuses, and nobody waits for that camera", async () => {
  const { user } = await (async () => {
    const app = open(pageAt(MOMENT), {
      getPlayback: (request: GetPlaybackRequest) => {
        if (request.camera === "cameras/yard") {
          throw new Error("no");
        }
        return recording.getPlayback(request);
      },
    });
    await waitFor(() => expect(made("front-door")).toHaveLength(1));
    letPlay(video("Front door"));
    act(() =>
      made("front-door")[0]?.loaded([{ start: 0, duration: 9_999, programDateTime: MOMENT }]),
    );
    return app;
  })();
  expect(await within(tile("The yard")).findByRole("alert")).toBeVisible();
  await waitFor(() => expect(video("Front door").paused).toBe(false));
  await user.click(within(tile("The yard")).getByRole("button", { name: "Try again" }));
});

describe("the cameras", () => {
  it("are chosen in a list, and named in the address", async () => {
    const { user, location } = open(pageAt(MOMENT));
    await user.click(await screen.findByRole("button", { name: "Choose cameras, 2 are shown" }));
    await user.type(await screen.findByRole("textbox", { name: "Search" }), "hall");
    await user.click(screen.getByRole("checkbox", { name: "The hall" }));

    expect(location()).toBe(pageAt(MOMENT, "front-door%2Cyard%2Chall"));
    expect(await screen.findByRole("region", { name: "The hall" })).toBeVisible();
    await user.keyboard("{Escape}");
    await user.click(
      within(tile("Front door")).getByRole("button", { name: "Take Front door away" }),
    );
    expect(location()).toBe(pageAt(MOMENT, "yard%2Chall"));
  });

  it("are nine at most", async () => {
    const nine = ["front-door", ...OTHERS.slice(0, 8)].join(",");
    const { user } = open(`/footage?cameras=${nine}&day=2026-01-15`);
    await user.click(await screen.findByRole("button", { name: "Choose cameras, 9 are shown" }));
    expect(await screen.findByRole("checkbox", { name: "The barn" })).toBeDisabled();
    expect(screen.getByRole("checkbox", { name: "The yard" })).toBeEnabled();
  });

  it("are the first four where nobody chose", async () => {
    open("/footage?day=2026-01-15");
    expect(await screen.findByRole("region", { name: "The gate" })).toBeVisible();
    expect(screen.queryByRole("region", { name: "The roof" })).not.toBeInTheDocument();
    // A day without a moment begins with its first picture, and stands.
    await waitFor(() => expect(shownMs()).toBe(DAY));
    expect(screen.getByRole("button", { name: "Play" })).toBeVisible();
  });

  it("may be none, which is said", async () => {
    open("/footage?cameras=");
    expect(await screen.findByText(/No camera is chosen/)).toBeVisible();
  });

  it("are made large by a click or key, and alike again", async () => {
    const { user, location } = await openTwo();
    await user.click(screen.getByRole("button", { name: "Make The yard large" }));
    expect(location()).toBe(`${pageAt(MOMENT)}&large=yard`);
    expect(tile("The yard")).toHaveAttribute("data-large");
    await user.keyboard("1");
    expect(location()).toBe(`${pageAt(MOMENT)}&large=front-door`);
    await user.keyboard("{Escape}");
    expect(location()).toBe(pageAt(MOMENT));
    // The players went on meanwhile.
    expect(made("yard")).toHaveLength(1);
  });

  it("are heard one at a time", async () => {
    const { user } = await openTwo();
    expect(video("Front door").muted && video("The yard").muted).toBe(true);
    await user.click(screen.getByRole("button", { name: "Hear The yard" }));
    expect([video("Front door").muted, video("The yard").muted]).toEqual([true, false]);
    await user.keyboard("m");
    expect([video("Front door").muted, video("The yard").muted]).toEqual([false, true]);
    await user.keyboard(">>>");
    expect(video("Front door").muted).toBe(true);
  });
});

describe("the timeline", () => {
  it("has a row for each camera and one window for all", async () => {
    await openTwo();
    const rows = screen.getByRole("group", { name: "Footage of the day" });
    rows.getBoundingClientRect = () => ({ left: 100, width: 1_000 }) as DOMRect;
    const gap = (id: string) => within(screen.getByTestId(`row-${id}`)).getByRole("button");
    expect(gap("front-door")).toHaveAccessibleName(
      "08:00:00 to 09:00:00 (1 h): The camera does not answer.",
    );
    expect(gap("yard").style.left).toBe("50%");

    // Twice as near around 12:00.
    fireEvent.wheel(rows, { clientX: 600, deltaY: -240 });
    expect(gap("front-door").style.left).toBe(`${((2 / 12) * 100).toFixed(4)}%`);
    expect(gap("yard").style.left).toBe("50%");
  });

  it("plays what is clicked on, with all cameras", async () => {
    const { location } = await openTwo();
    const slider = screen.getByRole("slider", { name: "Moment to play" });
    slider.getBoundingClientRect = () => ({ left: 0, width: 1_440 }) as DOMRect;
    fireEvent.click(slider, { clientX: 630 });
    expect(location()).toBe(pageAt(DAY + 10.5 * HOUR_MS));
    await waitFor(() => expect(made("yard")).toHaveLength(2));
    expect(made("front-door")).toHaveLength(2);
  });

  it("goes to a time that is typed, or says that nobody has footage of it", async () => {
    const { user, location } = open(pageAt(MOMENT, "yard"));
    const field = await screen.findByRole("textbox", { name: "Go to time" });
    await screen.findByTestId("playhead");
    await user.type(field, "13:00{Enter}");
    expect(field).toHaveAccessibleDescription("None of these cameras has footage of 13:00:00.");
    await user.clear(field);
    await user.type(field, "7:00{Enter}");
    expect(location()).toBe(pageAt(DAY + 7 * HOUR_MS, "yard"));
  });

  it("shows another day", async () => {
    const getTimeline = vi.fn(recording.getTimeline);
    const { user, location } = open(pageAt(MOMENT, "yard"), { getTimeline });
    await user.click(await screen.findByRole("button", { name: "Day before" }));
    expect(location()).toBe("/footage?cameras=yard&day=2026-01-14");
    await waitFor(() =>
      expect(timestampMs(getTimeline.mock.lastCall?.[0].startTime)).toBe(
        new Date(2026, 0, 14).getTime(),
      ),
    );
  });
});

it("offers a file of the span for each camera", async () => {
  const { user } = await openTwo();
  await user.click(screen.getByRole("button", { name: "Download a span" }));
  const files = within(await screen.findByRole("list", { name: "Files" }));
  // 2 min of 2 h.
  expect(await files.findAllByText("about 120 MB")).toHaveLength(2);
  expect(files.getByRole("button", { name: "Download Front door" })).toBeVisible();
  expect(files.getByRole("button", { name: "Download The yard" })).toBeVisible();
});

describe("the way here and back", () => {
  it("leads from a camera's page to the same moment with others", async () => {
    const { user, location } = open(`/cameras/yard?at=${iso(MOMENT)}`);
    await user.click(await screen.findByRole("link", { name: "With other cameras" }));
    expect(location()).toBe(`/footage?cameras=yard,front-door,hall,gate&at=${iso(MOMENT)}`);
  });

  it("leads from a camera's picture to its own page at the moment that is shown", async () => {
    const { user, location } = await openTwo();
    const shown = shownMs();
    await user.click(within(tile("The yard")).getByRole("link", { name: "The yard alone" }));
    expect(location()).toBe(`/cameras/yard?at=${iso(shown)}`);
  });

  it("is not offered where there is no other camera", async () => {
    open(`/cameras/front-door?at=${iso(MOMENT)}`, {}, [camera()]);
    await screen.findByRole("button", { name: "Download a span" });
    expect(screen.queryByRole("link", { name: "With other cameras" })).not.toBeInTheDocument();
  });

  it("is in the navigation", async () => {
    const { user, location } = open("/cameras");
    await user.click(await screen.findByRole("link", { name: "Footage" }));
    expect(location()).toBe("/footage");
    expect(await screen.findByRole("heading", { level: 1, name: "Footage" })).toBeVisible();
  });
});

it("copies a link with the cameras", async () => {
  const { user } = await openTwo(`${pageAt(MOMENT)}&large=yard`);
  const writeText = vi.spyOn(navigator.clipboard, "writeText");
  const shown = shownMs();
  await user.click(screen.getByRole("button", { name: "Copy link" }));
  expect(writeText).toHaveBeenCalledWith(
    `${window.location.origin}/footage?cameras=front-door%2Cyard&large=yard&at=${iso(shown)}`,
  );
  vi.restoreAllMocks();
});

it("lists its keys, and each of them is one", async () => {
  const { user } = await openTwo();
  await user.keyboard("?");
  const dialog = within(await screen.findByRole("dialog", { name: "Keys" }));
  const listed = (title: string) =>
    within(dialog.getByRole("table", { name: title }))
      .getAllByRole("rowheader")
      .map((header) => header.textContent);
  const keys = Object.values(SYNC_KEYS).map((row) => row.keys);
  expect(listed("All cameras")).toEqual(keys.map((row) => row.map(keySign).join("")));
  expect(listed("Timeline, when it has the focus")).toEqual(
    BAR_KEYS.flatMap((row) => row.keys).map(keySign),
  );
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  for (const key of keys.flat()) {
    expect(fireEvent.keyDown(document.body, { key }), key).toBe(false);
  }
});

it("goes on into the next day where a day ends", async () => {
  const ends = DAY + 24 * HOUR_MS - SECOND_MS / 2;
  const { location } = open(pageAt(ends, "front-door"));
  await waitFor(() => expect(made("front-door")).toHaveLength(1));
  letPlay(video("Front door"));
  act(() => made("front-door")[0]?.loaded([{ start: 0, duration: 1, programDateTime: ends }]));
  await waitFor(() => expect(location()).toBe(pageAt(DAY + 24 * HOUR_MS, "front-door")));
});
