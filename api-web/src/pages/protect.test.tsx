/** Footage that is kept for good, the calendar of a camera, and footage that grows. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { Role } from "../gen/ronin/v1/auth_pb";
import type {
  ListRecordingDaysRequest,
  ProtectSpanRequest,
  UnprotectSpanRequest,
} from "../gen/ronin/v1/recording_pb";
import {
  dateTime,
  dayOf,
  HOUR_MS,
  MINUTE_MS,
  SECOND_MS,
  timestampFromMs,
  timestampMs,
  viewerZone,
} from "../lib/time";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, fakeServer, refusedFields, SegmentFeed, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

const DAY = new Date(2026, 0, 15).getTime();
const at = (hour: number) => timestampFromMs(DAY + hour * HOUR_MS);
const PATH = "/cameras/front-door?day=2026-01-15";
const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());

const span = {
  name: "cameras/front-door/protectedSpans/1",
  camera: "cameras/front-door",
  startTime: at(6),
  endTime: at(12),
  note: "Parcel taken",
  createdBy: "anna",
  createTime: at(30),
  sizeBytes: 9_000_000_000n,
};
const recording = {
  getTimeline: () => ({
    timelines: [
      {
        camera: "cameras/front-door",
        recorded: [{ startTime: at(0), endTime: at(24) }],
        coverage: 1,
      },
    ],
  }),
  listSegments: () => ({ segments: [] }),
  getPlayback: () => ({ hlsPath: "/playback/front-door/index.m3u8", codecs: ["avc1.64001f"] }),
  listProtectedSpans: () => ({ spans: [span] }),
};

beforeEach(() => {
  FakeHls.reset();
  stubMediaSource(() => true);
});

function openFootage({ path = PATH, replaced = {}, role = Role.ADMIN, feed = new SegmentFeed() }) {
  return openApp(
    fakeServer({
      cameras: [camera()],
      role,
      segmentFeed: feed,
      recording: { ...recording, ...replaced },
    }),
    { path, token: TOKEN },
  );
}

const form = () => screen.findByRole("form", { name: "Protect a span" });

it("marks what is protected on the bar and lists it", async () => {
  const { user, location } = openFootage({});

  const mark = await screen.findByTestId("kept");
  expect(mark.style).toMatchObject({ left: "25%", width: "25%" });
  const row = within(
    await screen.findByRole("list", { name: "Protected spans, newest first" }),
  ).getByRole("listitem");
  expect(row).toHaveTextContent("6 h, 9.0 GB");
  expect(row).toHaveTextContent("Parcel taken");
  expect(row).toHaveTextContent(/Protected by anna/);

  await user.click(within(row).getByRole("button", { name: /^Play the protected span/ }));
  expect(location()).toBe(`/cameras/front-door?at=${iso(DAY + 6 * HOUR_MS)}`);
});

it("protects a span that was typed, with a note", async () => {
  const protectSpan = vi.fn((_request: ProtectSpanRequest) => ({ span }));
  const { user, location } = openFootage({ replaced: { protectSpan } });

  await user.click(await screen.findByRole("button", { name: "Protect a span" }));
  const fields = within(await form());
  expect(fields.getByLabelText("From")).toHaveFocus();
  fireEvent.change(fields.getByLabelText("From"), { target: { value: "2026-01-15T08:00:00" } });
  fireEvent.change(fields.getByLabelText("To"), { target: { value: "2026-01-15T08:10:30" } });
  await user.type(fields.getByLabelText("Note"), "Parcel taken");
  expect(fields.getByText("10 min 30 s chosen")).toBeVisible();
  expect(location()).toBe(
    `${PATH}&from=${iso(DAY + 8 * HOUR_MS)}&to=${iso(DAY + 8 * HOUR_MS + 630 * SECOND_MS)}`,
  );
  await user.click(fields.getByRole("button", { name: "Protect" }));

  await screen.findByText("Protected: 9.0 GB of footage stay.");
  const [request] = protectSpan.mock.calls[0] ?? [];
  expect(request).toMatchObject({ camera: "cameras/front-door", note: "Parcel taken" });
  expect(timestampMs(request?.startTime)).toBe(DAY + 8 * HOUR_MS);
  expect(timestampMs(request?.endTime)).toBe(DAY + 8 * HOUR_MS + 630 * SECOND_MS);
  expect(location()).toBe(PATH);
});

it("chooses the span by dragging on the bar, and moves its ends with keys", async () => {
  const { user } = openFootage({
    path: `${PATH}&from=${iso(DAY)}&to=${iso(DAY + HOUR_MS)}`,
  });
  const fields = within(await form());
  const bar = screen.getByTestId("span-selector");
  bar.getBoundingClientRect = () => ({ left: 100, width: 240 }) as DOMRect;

  // 240 px are 24 h: from 10:00 back to 6:00.
  fireEvent.pointerDown(bar, { clientX: 200 });
  fireEvent.pointerMove(bar, { clientX: 170 });
  fireEvent.pointerUp(bar, { clientX: 160 });
  await waitFor(() => expect(fields.getByLabelText("From")).toHaveValue("2026-01-15T06:00"));
  expect(fields.getByLabelText("To")).toHaveValue("2026-01-15T10:00");

  screen.getByRole("slider", { name: "End of the span" }).focus();
  await user.keyboard("{Shift>}{ArrowRight}{/Shift}{ArrowRight}{PageDown}");
  await waitFor(() =>
    expect(fields.getByLabelText("To")).toHaveDisplayValue(/^2026-01-15T09:10:10/),
  );
  expect(screen.getByRole("slider", { name: "End of the span" })).toHaveAttribute(
    "aria-valuetext",
    expect.stringContaining("10:10"),
  );
});

it("says at the field what is wrong with the span", async () => {
  const protectSpan = () => {
    throw refusedFields({ start_time: "there is no footage of this span" });
  };
  const { user } = openFootage({
    path: `${PATH}&from=${iso(DAY)}&to=${iso(DAY + HOUR_MS)}`,
    replaced: { protectSpan },
  });
  const fields = within(await form());

  fireEvent.change(fields.getByLabelText("To"), { target: { value: "2026-01-14T08:00:00" } });
  expect(fields.getByLabelText("To")).toHaveAccessibleDescription(/after the beginning/);
  fireEvent.change(fields.getByLabelText("To"), { target: { value: "2026-01-15T08:00:00" } });
  await user.click(fields.getByRole("button", { name: "Protect" }));

  await waitFor(() =>
    expect(fields.getByLabelText("From")).toHaveAccessibleDescription(/There is no footage/),
  );
});

it("takes a protection away only after saying what that means", async () => {
  const unprotectSpan = vi.fn((_request: UnprotectSpanRequest) => ({}));
  const { user } = openFootage({ replaced: { unprotectSpan } });

  await user.click(await screen.findByRole("button", { name: /^Unprotect the span/ }));
  const dialog = await screen.findByRole("dialog", { name: "Take the protection away?" });
  expect(dialog).toHaveTextContent(`9.0 GB of footage from ${dateTime(DAY + 6 * HOUR_MS)}`);
  expect(unprotectSpan).not.toHaveBeenCalled();
  await user.click(within(dialog).getByRole("button", { name: "Unprotect" }));

  await screen.findByText("The protection is taken away.");
  expect(unprotectSpan.mock.calls[0]?.[0].name).toBe("cameras/front-door/protectedSpans/1");
});

it("lets viewers look only", async () => {
  openFootage({ role: Role.VIEWER });

  expect(await screen.findByText("Parcel taken")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Protect a span" })).not.toBeInTheDocument();
  expect(screen.queryByRole("button", { name: /^Unprotect/ })).not.toBeInTheDocument();
});

it("marks the days with footage in the calendar, and opens one", async () => {
  const listRecordingDays = vi.fn((_request: ListRecordingDaysRequest) => ({
    days: [{ day: "2026-01-14", recordedSeconds: 3_600 }],
  }));
  const { user, location } = openFootage({ replaced: { listRecordingDays } });

  await user.click(await screen.findByRole("button", { name: /^Day: / }));
  const table = await screen.findByRole("table", { name: "Days" });
  const day = await within(table).findByRole("button", { name: /14.*, 1 h of footage$/ });
  expect(within(table).getByRole("button", { name: /13.*, no footage$/ })).toBeEnabled();
  expect(listRecordingDays.mock.calls[0]?.[0]).toMatchObject({
    camera: "cameras/front-door",
    month: "2026-01",
    timeZone: viewerZone(),
  });

  within(table).getByRole("button", { current: "date" }).focus();
  await user.keyboard("{ArrowLeft}");
  expect(day).toHaveFocus();
  await user.keyboard("{Enter}");
  expect(location()).toBe("/cameras/front-door?day=2026-01-14");
  expect(screen.queryByRole("table", { name: "Days" })).not.toBeInTheDocument();
});

it("adds a segment to the list when it is finished, and asks for the timeline again", async () => {
  const feed = new SegmentFeed();
  const getTimeline = vi.fn(recording.getTimeline);
  const today = dayOf(Date.now());
  openFootage({ path: "/cameras/front-door", feed, replaced: { getTimeline } });
  await screen.findByText(/No segment of today is finished yet/);
  const asked = getTimeline.mock.calls.length;

  act(() =>
    feed.send({
      event: {
        case: "indexed",
        value: {
          name: "cameras/front-door/segments/1",
          startTime: timestampFromMs(today.startMs),
          endTime: timestampFromMs(today.startMs + MINUTE_MS),
          downloadPath: "/segments/1.mp4",
        },
      },
    }),
  );

  expect(await screen.findByText("1 segment, newest first")).toBeVisible();
  await waitFor(() => expect(getTimeline.mock.calls.length).toBeGreaterThan(asked));
});

it("plays what is being written", async () => {
  const now = Date.now();
  const today = dayOf(now);
  const pendingMs = Math.max(today.startMs, now - 10 * MINUTE_MS);
  const getTimeline = () => ({
    timelines: [
      {
        camera: "cameras/front-door",
        gaps: [
          {
            startTime: timestampFromMs(pendingMs),
            endTime: timestampFromMs(now),
            cause: "NOT_YET_INDEXED",
            message: "being written",
          },
        ],
      },
    ],
  });
  const { user, location } = openFootage({
    path: "/cameras/front-door",
    replaced: { getTimeline },
  });
  const slider = await screen.findByRole("slider", { name: "Moment to play" });

  slider.focus();
  await user.keyboard("{Home}{Enter}");

  await waitFor(() => expect(location()).toBe(`/cameras/front-door?at=${iso(pendingMs)}`));
  expect(screen.queryByRole("button", { name: /Being written/ })).not.toBeInTheDocument();
});

it("goes on with the footage behind the end of a playlist", async () => {
  const { location } = openFootage({ path: `/cameras/front-door?at=${iso(DAY + HOUR_MS)}` });
  await waitFor(() =>
    expect(FakeHls.made.some(({ calls }) => calls[0]?.includes("/playback/"))).toBe(true),
  );

  fireEvent.ended(screen.getByLabelText("Recorded footage"));

  await waitFor(() => expect(location()).toBe(`/cameras/front-door?at=${iso(DAY + 2 * HOUR_MS)}`));
});
