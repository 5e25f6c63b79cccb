/** Searching for motion in an area, on the camera's page. */
import { Code, ConnectError } from "@connectrpc/connect";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { SearchMotionRequest } from "../gen/ronin/v1/event_pb";
import { HOUR_MS, timestampFromMs } from "../lib/time";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, fakeServer, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

const DAY = new Date(2026, 0, 15).getTime();
const at = (hour: number) => timestampFromMs(DAY + hour * HOUR_MS);
const recording = {
  getTimeline: () => ({
    timelines: [
      {
        camera: "cameras/front-door",
        recorded: [{ startTime: at(0), endTime: at(24) }],
        gaps: [],
        coverage: 1,
      },
    ],
  }),
  listSegments: () => ({ segments: [] }),
  listProtectedSpans: () => ({ spans: [] }),
  getPlayback: () => ({ hlsPath: "/playback/front-door/index.m3u8", codecs: ["avc1.64001f"] }),
};

beforeEach(() => {
  FakeHls.reset();
  stubMediaSource(() => true);
});

type Search = (request: SearchMotionRequest) => {
  motions: { startTime: ReturnType<typeof at>; endTime: ReturnType<typeof at> }[];
  nextPageToken?: string;
};

async function openSearch(searchMotion: Search) {
  const detect = { motion: true };
  const app = openApp(
    fakeServer({ cameras: [camera({ detect })], recording, event: { searchMotion } }),
    { path: "/cameras/front-door?day=2026-01-15", token: TOKEN },
  );
  await app.user.click(await screen.findByRole("button", { name: "Search motion" }));
  const panel = within(screen.getByRole("region", { name: "Search motion" }));
  const picker = panel.getByTestId("area-picker");
  picker.getBoundingClientRect = () => ({ left: 100, top: 50, width: 400, height: 200 }) as DOMRect;
  return { ...app, panel, picker };
}

const found = (hour: number) => ({ startTime: at(hour), endTime: at(hour + 0.01) });

it("asks for the rectangle that was drawn, lists what it finds, and plays it", async () => {
  const searchMotion = vi.fn<Search>(({ pageToken }) =>
    pageToken === ""
      ? { motions: [found(20), found(8)], nextPageToken: "older" }
      : { motions: [found(3)] },
  );
  const { user, panel, picker, location } = await openSearch(searchMotion);

  fireEvent.pointerDown(picker, { clientX: 140, clientY: 90, pointerId: 1 });
  fireEvent.pointerMove(picker, { clientX: 300, clientY: 150, pointerId: 1 });
  fireEvent.pointerUp(picker, { clientX: 300, clientY: 150, pointerId: 1 });
  expect(panel.getByLabelText("From the left")).toHaveValue("10 %");
  expect(panel.getByLabelText("Width")).toHaveValue("40 %");
  await user.click(panel.getByRole("button", { name: "Search" }));

  const list = await panel.findByRole("list", { name: "Motion" });
  expect(within(list).getAllByRole("button")).toHaveLength(2);
  const asked = searchMotion.mock.calls[0]?.[0];
  expect(asked).toMatchObject({ camera: "cameras/front-door", startTime: at(0), endTime: at(24) });
  expect(asked?.area?.points[0]?.x).toBeCloseTo(0.1);
  expect(asked?.area?.points[2]?.y).toBeCloseTo(0.5);

  await user.click(panel.getByRole("button", { name: "Show older" }));
  await waitFor(() => expect(within(list).getAllByRole("button")).toHaveLength(3));
  expect(panel.queryByRole("button", { name: "Show older" })).not.toBeInTheDocument();

  await user.click(within(list).getAllByRole("button")[1] as HTMLElement);
  const played = new Date(DAY + 8 * HOUR_MS - 2_000).toISOString();
  await waitFor(() => expect(location()).toContain(`at=${encodeURIComponent(played)}`));
});

it("takes a typed rectangle and days back, and says where nothing moved", async () => {
  const searchMotion = vi.fn<Search>(() => ({ motions: [] }));
  const { user, panel, picker } = await openSearch(searchMotion);

  const left = panel.getByLabelText("From the left");
  await user.clear(left);
  await user.type(left, "50");
  expect(panel.getByTestId("area").style).toMatchObject({ left: "50%", width: "50%" });
  // A click draws nothing.
  fireEvent.pointerDown(picker, { clientX: 140, clientY: 90, pointerId: 1 });
  fireEvent.pointerUp(picker, { clientX: 141, clientY: 90, pointerId: 1 });
  await user.click(panel.getByRole("radio", { name: "7 days" }));
  await user.click(panel.getByRole("button", { name: "Search" }));

  expect(await panel.findByText(/Nothing moved there/)).toBeVisible();
  const asked = searchMotion.mock.calls[0]?.[0];
  expect(asked?.area?.points[0]).toMatchObject({ x: 0.5, y: 0 });
  const days = Number((asked?.endTime?.seconds ?? 0n) - (asked?.startTime?.seconds ?? 0n)) / 86_400;
  expect(days).toBeCloseTo(7);
  await user.click(panel.getByRole("button", { name: "Close" }));
  expect(screen.queryByRole("region", { name: "Search motion" })).not.toBeInTheDocument();
});

it("says what went wrong, and tries again", async () => {
  let answers = 0;
  const { user, panel } = await openSearch(() => {
    answers += 1;
    if (answers === 1) {
      throw new ConnectError("the search broke", Code.Internal);
    }
    return { motions: [found(8)] };
  });

  await user.click(panel.getByRole("button", { name: "Search" }));
  await user.click(await panel.findByRole("button", { name: /try again/i }));

  expect(await panel.findByRole("list", { name: "Motion" })).toBeVisible();
});
