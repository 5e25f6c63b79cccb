/** The page of one event: its picture, its footage, its zones and scores, and why it is one. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import {
  DetectionGate,
  EventCheckKind,
  EventState,
  type UpdateReviewRequest,
} from "../gen/ronin/v1/event_pb";
import type { GetPlaybackRequest } from "../gen/ronin/v1/recording_pb";
import { timestampFromMs, timestampMs } from "../lib/time";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, EventFeed, event, fakeServer, refusedFor, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

const DAY = new Date(2026, 0, 15).getTime();
const at = (seconds: number) => timestampFromMs(DAY + seconds * 1_000);
const PATH = [0, 4, 12].map((seconds, index) => ({
  time: at(100 + seconds),
  x: 0.1 * index,
  y: 0.2,
  width: 0.2,
  height: 0.4,
  score: [0.62, 0.91, 0.8][index] ?? 0,
}));
const seen = (rest: Parameters<typeof event>[1] = {}) =>
  event(7, {
    startTime: at(100),
    endTime: at(112),
    clipStartTime: at(95),
    clipEndTime: at(117),
    zones: [
      { zone: "Drive", enterTime: at(101), leaveTime: at(110), loitered: true },
      { zone: "Door", enterTime: at(110) },
    ],
    path: PATH,
    ...rest,
  });
const explanation = (of = seen()) => ({
  event: of,
  gate: DetectionGate.SWEEP,
  model: "small.pt",
  rule: { label: "person", minScore: 0.5 },
  picturesSeen: 3,
  picturesLookedAt: 4,
  checks: [{ kind: EventCheckKind.MOVEMENT, passed: true, text: "it moved" }],
});

beforeEach(() => {
  FakeHls.reset();
  stubMediaSource(() => true);
});

type Rest = Parameters<typeof fakeServer>[0]["event"];

function openEvent(of = seen(), rest: Rest = {}) {
  const eventFeed = new EventFeed();
  const getPlayback = vi.fn((_request: GetPlaybackRequest) => ({
    hlsPath: "/playback/front-door/index.m3u8",
    codecs: ["avc1.64001f"],
  }));
  const app = openApp(
    fakeServer({
      cameras: [camera()],
      eventFeed,
      event: { getEvent: () => ({ event: of }), explainEvent: () => explanation(of), ...rest },
      recording: { getPlayback, getTimeline: () => ({}), listSegments: () => ({}) },
    }),
    { path: "/events/7", token: TOKEN },
  );
  return { ...app, eventFeed, getPlayback };
}

const panel = (name: string) => screen.findByRole("region", { name });

it("shows the picture with the box and the way, the zones, and the scores", async () => {
  openEvent();

  expect(await screen.findByRole("heading", { level: 1 })).toHaveTextContent(
    "Person at Front door",
  );
  const picture = within(await panel("Picture"));
  expect(picture.getByRole("img")).toHaveAttribute("src", "/events/7/snapshot.jpg");
  expect(picture.getByTestId("event-box").style.left).toBe("10%");
  expect(picture.getByTestId("event-path").querySelector("polyline")).toHaveAttribute(
    "points",
    "10,60 20,60 30,60",
  );
  const zones = within(screen.getByRole("table", { name: "Zones visited" }));
  expect(zones.getByRole("row", { name: /Drive .* 9 s, loitered/ })).toBeVisible();
  expect(zones.getByRole("row", { name: /Door .* is there/ })).toBeVisible();
  expect(
    await screen.findByRole("img", {
      name: "Score over time: Between 62 % and 91 % in 3 pictures; the rule asks for 50 %",
    }),
  ).toBeVisible();
});

it("plays the footage of its clip, which growing does not disturb", async () => {
  const { eventFeed, getPlayback } = openEvent();

  await waitFor(() => expect(FakeHls.made).toHaveLength(1));
  const asked = getPlayback.mock.calls[0]?.[0];
  expect(timestampMs(asked?.startTime)).toBe(DAY + 95_000);
  expect(timestampMs(asked?.endTime)).toBe(DAY + 117_000);

  act(() => eventFeed.changed(seen({ endTime: at(130), clipEndTime: at(135), path: [] })));
  expect(await screen.findByText(/, 30 s$/)).toBeVisible();
  // The path is not told with changes.
  expect(screen.getByTestId("event-path")).toBeVisible();
  expect(FakeHls.made).toHaveLength(1);
  expect(screen.getByRole("link", { name: "Show on the timeline" })).toHaveAttribute(
    "href",
    `/cameras/front-door?at=${encodeURIComponent(new Date(DAY + 95_000).toISOString())}`,
  );
});

it("says why it is one, and goes there by key", async () => {
  const { user } = openEvent();

  const why = await panel("Why");
  expect(await within(why).findByRole("list", { name: "Checks" })).toHaveTextContent(
    "Movement PassedIt moved.",
  );
  expect(why).toHaveTextContent("once in a while the whole picture is looked at");
  await user.keyboard("w");
  expect(within(why).getByRole("heading", { name: "Why" })).toHaveFocus();
});

it("says of a rejected one which check it failed", async () => {
  const rejected = seen({ state: EventState.REJECTED, rejection: "it was in no zone" });
  openEvent(rejected);

  expect(await screen.findByText("It made no event")).toBeVisible();
  expect(screen.getByText("It was in no zone.")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Reviewed" })).not.toBeInTheDocument();
});

it("is marked by button and by key", async () => {
  const updateReview = vi.fn(({ names }: UpdateReviewRequest) => ({ count: names.length }));
  const { user } = openEvent(seen(), { updateReview });
  const button = await screen.findByRole("button", { name: "Reviewed" });

  await user.click(button);
  expect(button).toHaveAttribute("aria-pressed", "true");
  await user.keyboard("r");
  expect(button).toHaveAttribute("aria-pressed", "false");
  await waitFor(() =>
    expect(updateReview.mock.calls.map(([{ reviewed }]) => reviewed)).toEqual([true, false]),
  );
});

it("gives a link to itself", async () => {
  const { user } = openEvent();

  await user.click(await screen.findByRole("button", { name: "Share link" }));

  expect(await navigator.clipboard.readText()).toBe(`${window.location.origin}/events/7`);
});

it("shows the footage in the place of a snapshot that it has not", async () => {
  openEvent(seen({ snapshotPath: "", best: { time: at(104) } }));

  const moment = encodeURIComponent(new Date(DAY + 104_000).toISOString());
  expect(within(await panel("Picture")).getByRole("img")).toHaveAttribute(
    "src",
    `/preview/front-door.jpg?time=${moment}&height=360`,
  );
});

it("has a still of where its clip begins, until that plays", async () => {
  const fetched = vi.fn(async (_path: string) => new Response("jpeg"));
  vi.stubGlobal("fetch", fetched);
  openEvent();

  expect(await screen.findByTestId("still-front-door")).toBeInTheDocument();
  const moment = encodeURIComponent(new Date(DAY + 95_000).toISOString());
  expect(fetched.mock.calls.map(([path]) => path)).toEqual([
    `/preview/front-door.jpg?time=${moment}&height=360`,
  ]);
  vi.unstubAllGlobals();
});

it("says that there is no such event, or why it cannot be had", async () => {
  openEvent(seen(), {
    getEvent: () => {
      throw refusedFor("EVENT_NOT_FOUND", "there is no event 7", 5);
    },
  });
  expect(await screen.findByRole("heading", { name: "There is no such event" })).toBeVisible();
  expect(screen.getByRole("link", { name: "All events" })).toHaveAttribute("href", "/events");
});

it("says what is wrong where the server does not answer", async () => {
  openEvent(seen(), {
    getEvent: () => {
      throw refusedFor("DATABASE_AWAY", "the database does not answer");
    },
  });

  expect(await screen.findByRole("alert")).toHaveTextContent("The database does not answer.");
});
