/** One camera's footage and counters. */
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { screen, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { CameraState } from "../gen/ronin/v1/camera_pb";
import type { ListSegmentsRequest } from "../gen/ronin/v1/recording_pb";
import { clockWords } from "../lib/cameraWords";
import { HOUR_MS, timestampFromMs, timestampMs } from "../lib/time";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, fakeServer, refusedFor, TOKEN } from "../test/fakeServer";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

beforeEach(() => FakeHls.reset());

/** A day long past, so that nothing depends on the time of the run. */
const DAY = new Date(2026, 0, 15).getTime();
const PATH = "/cameras/front-door?day=2026-01-15";
const at = (hour: number) => timestampFromMs(DAY + hour * HOUR_MS);

const segment = (sequence: number) => ({
  name: `cameras/front-door/segments/${sequence}`,
  startTime: at(sequence),
  endTime: at(sequence + 1),
  sizeBytes: 1_000_000n,
  codecs: ["avc1.64001f"],
  downloadPath: `/segments/${sequence}.mp4`,
});

const recording = {
  getTimeline: () => ({
    timelines: [
      {
        camera: "cameras/front-door",
        recorded: [{ startTime: at(0), endTime: at(8) }],
        gaps: [
          {
            startTime: at(8),
            endTime: at(9),
            cause: "CAMERA_UNREACHABLE",
            message: "no answer from 192.168.1.20:554 in 5 s",
          },
        ],
        coverage: 0.958,
      },
    ],
  }),
  listSegments: ({ pageToken }: ListSegmentsRequest) =>
    pageToken === ""
      ? { segments: [segment(0), segment(1)], nextPageToken: "more" }
      : { segments: [segment(2)] },
};

it("tells each gap of the day with its cause", async () => {
  openApp(fakeServer({ cameras: [camera()], recording }), { path: PATH, token: TOKEN });

  expect(
    await screen.findByRole("button", {
      name: /\(1 h\): No answer from 192\.168\.1\.20:554 in 5 s\./,
    }),
  ).toBeVisible();
  expect(screen.getByText("95.8 %")).toBeVisible();
  expect(screen.getByRole("group", { name: /95\.8 % on disk, 1 gap/ })).toBeVisible();
});

it("asks for the whole day in the viewer's zone", async () => {
  const getTimeline = vi.fn(recording.getTimeline);
  openApp(fakeServer({ cameras: [camera()], recording: { ...recording, getTimeline } }), {
    path: PATH,
    token: TOKEN,
  });
  await screen.findByText("95.8 %");

  const [request] = getTimeline.mock.calls[0] as unknown as [
    { startTime: typeof recordingStart; endTime: typeof recordingStart },
  ];
  expect(timestampMs(request.startTime)).toBe(DAY);
  expect(timestampMs(request.endTime)).toBe(new Date(2026, 0, 16).getTime());
});

const recordingStart = at(0);

it("lists the segments of all pages, newest first, to play and download", async () => {
  const { user } = openApp(fakeServer({ cameras: [camera()], recording }), {
    path: PATH,
    token: TOKEN,
  });

  expect(await screen.findByText("3 segments, newest first")).toBeVisible();
  const downloads = screen.getAllByRole("link", { name: /Download the segment/ });
  expect(downloads.map((link) => link.getAttribute("href"))).toEqual([
    "/segments/2.mp4",
    "/segments/1.mp4",
    "/segments/0.mp4",
  ]);

  const play = screen.getAllByRole("button", { name: /Play the segment/ })[0];
  await user.click(play as HTMLElement);
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByLabelText("Recorded segment")).toHaveAttribute(
    "src",
    "/segments/2.mp4",
  );
});

it("says where it belongs that the timeline cannot be read, and shows the rest", async () => {
  const getTimeline = () => {
    throw refusedFor("STORAGE_READ_ONLY", "the footage folder cannot be read");
  };
  openApp(fakeServer({ cameras: [camera()], recording: { ...recording, getTimeline } }), {
    path: PATH,
    token: TOKEN,
  });

  const footage = await screen.findByRole("region", { name: "Footage" });
  expect(await within(footage).findByRole("alert")).toHaveTextContent(
    "The footage folder cannot be read.",
  );
  expect(await screen.findByText("3 segments, newest first")).toBeVisible();
});

it("shows the counters of each branch", async () => {
  const getPipelineStats = () => ({
    runId: "r",
    branches: [
      { branch: "source", frames: 1_000n, lastFrameAgeMs: 40n },
      { branch: "record", frames: 998n, droppedFrames: 2n },
    ],
  });
  openApp(fakeServer({ cameras: [camera()], recording, system: { getPipelineStats } }), {
    path: PATH,
    token: TOKEN,
  });

  const dropped = await screen.findByRole("row", { name: /Dropped/ });
  expect(
    within(dropped)
      .getAllByRole("cell")
      .map((cell) => cell.textContent),
  ).toEqual(["0", "2"]);
});

it("says that pictures arrive and are not recorded, and why", async () => {
  const status = {
    state: CameraState.STREAMING,
    recordingFault: { reason: "STORAGE_FULL", message: "there is no room for footage" },
    clockOffsetSeconds: -3.21,
  };
  openApp(fakeServer({ cameras: [camera({ status })], recording }), { path: PATH, token: TOKEN });

  const page = within(await screen.findByRole("region", { name: "Status" }));
  expect(page.getByText("Pictures arrive, but they are not recorded")).toBeVisible();
  expect(page.getByText(/There is no room for footage\./)).toBeVisible();
  expect(
    page.getByText(
      "The camera's clock is 3.2 s behind; footage is labelled with the server's time.",
    ),
  ).toBeVisible();
});

it("says what to do about a fault", async () => {
  const status = {
    state: CameraState.BACKOFF,
    fault: { reason: "CAMERA_PORT_CLOSED", message: "port 554 is closed" },
    failedAttempts: 3,
  };
  openApp(fakeServer({ cameras: [camera({ status })], recording }), { path: PATH, token: TOKEN });

  const panel = within(await screen.findByRole("region", { name: "Status" }));
  expect(panel.getByText(/Port 554 is closed\..* 3 attempts failed so far\./)).toBeVisible();
  expect(panel.getByRole("list", { name: "What to do" })).toHaveTextContent(/Turn RTSP on/);
});

it("shows what its footage takes of the disk", async () => {
  const getStorage = () => ({
    cameras: [
      {
        camera: "cameras/front-door",
        recordedBytes: 48_000_000_000n,
        oldestTime: at(0),
        newestTime: at(12 * 24),
        bytesPerDay: 4_000_000_000n,
      },
      { camera: "cameras/other", recordedBytes: 48_000_000_000n },
    ],
  });
  openApp(fakeServer({ cameras: [camera()], recording, storage: { getStorage } }), {
    path: PATH,
    token: TOKEN,
  });

  const panel = within(await screen.findByRole("region", { name: "Storage" }));
  expect(await panel.findByText("48 GB")).toBeVisible();
  expect(panel.getByText("12 days")).toBeVisible();
  expect(panel.getByText("4.0 GB")).toBeVisible();
  expect(panel.getByRole("progressbar", { name: "50 % of all footage" })).toBeVisible();
  expect(panel.getByRole("link", { name: /Day by day/ })).toHaveAttribute(
    "href",
    "/storage?camera=front-door",
  );
});

it.each([
  [undefined, undefined],
  [1.9, undefined],
  [-2, undefined],
  [2.04, "2.0 s ahead"],
  [-125, "2 min 5 s behind"],
])("says of a clock that is off by %s: %s", (offset, words) => {
  const said = clockWords(offset);
  if (words === undefined) {
    expect(said).toBeUndefined();
  } else {
    expect(said).toContain(words);
  }
});

it("lists each gap of the day below the bar", async () => {
  openApp(fakeServer({ cameras: [camera()], recording }), { path: PATH, token: TOKEN });

  const table = await screen.findByRole("table", { name: "Gaps of the day" });
  const row = within(table).getAllByRole("row")[1];
  expect(row).toHaveTextContent(/1 hNo answer from 192\.168\.1\.20:554 in 5 s\.$/);
});

it("says whether footage is encoded anew", async () => {
  const h265 = { after: durationFromMs(7 * 24 * HOUR_MS) };
  openApp(fakeServer({ cameras: [camera({ record: { h265 } })], recording }), {
    path: PATH,
    token: TOKEN,
  });

  const fact = await screen.findByText("Encoded anew");
  expect(fact.nextElementSibling).toHaveTextContent("As H.265 from 7 days on, quality: balanced");
});
