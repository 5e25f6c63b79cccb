/** Events on timelines, in playback, on the page of a camera and over live pictures. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { EventState, type ListEventsRequest } from "../gen/ronin/v1/event_pb";
import type { GetTimelineRequest } from "../gen/ronin/v1/recording_pb";
import { clockTime, HOUR_MS, timestampFromMs } from "../lib/time";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, EventFeed, event, fakeServer, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

const DAY = new Date(2026, 0, 15).getTime();
const at = (hour: number) => timestampFromMs(DAY + hour * HOUR_MS);
const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
/** Played from two seconds before. */
const entry = (hour: number) => iso(DAY + hour * HOUR_MS - 2_000);
const mark = (id: number, hour: number, label = "person") => ({
  name: `events/${id}`,
  label,
  score: 0.87,
  startTime: at(hour),
  endTime: timestampFromMs(DAY + hour * HOUR_MS + 12_000),
});
const CAMERAS = [camera(), camera({ id: "yard", displayName: "The yard", name: "cameras/yard" })];
const recording = {
  getTimeline: ({ cameras: [name = ""] }: GetTimelineRequest) => ({
    timelines: [
      {
        camera: name,
        recorded: [{ startTime: at(0), endTime: at(24) }],
        gaps: [],
        coverage: 1,
        events: name === "cameras/yard" ? [mark(3, 9, "car")] : [mark(1, 6), mark(2, 12)],
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

function open(path: string, parts: Parameters<typeof fakeServer>[0] = {}) {
  return openApp(fakeServer({ cameras: CAMERAS, recording, ...parts }), { path, token: TOKEN });
}

const words = (hour: number, label = "Person") =>
  `${label}, 87 %, ${clockTime(DAY + hour * HOUR_MS)} (12 s)`;

it("are marks on the bar of a camera: one that is pressed plays", async () => {
  const { user, location } = open("/cameras/front-door?day=2026-01-15");

  const marks = await screen.findAllByTestId("event-mark");
  expect(marks).toHaveLength(2);
  expect(marks[0]?.style.left).toBe("25%");
  expect(screen.getByRole("group", { name: /2 events$/ })).toBeVisible();
  await user.click(screen.getByRole("button", { name: words(12) }));

  await waitFor(() => expect(location()).toBe(`/cameras/front-door?at=${entry(12)}`));
});

it("are gone to one after the other while a camera's footage plays", async () => {
  const { user, location } = open(`/cameras/front-door?at=${iso(DAY)}`);
  await screen.findAllByTestId("event-mark");
  await user.click(screen.getByRole("button", { name: "Next event" }));
  await waitFor(() => expect(location()).toContain(entry(6)));
  await user.keyboard("n");
  await waitFor(() => expect(location()).toContain(entry(12)));
  await user.keyboard("n");
  expect(await screen.findByText("No later event on this day.")).toBeVisible();

  await user.keyboard("p");
  await waitFor(() => expect(location()).toContain(entry(6)));
});

it("are a list with the way to each", async () => {
  const { user, location } = open("/cameras/front-door?day=2026-01-15");
  await user.click(await screen.findByRole("button", { name: "2 events" }));

  const list = screen.getByRole("list", { name: "Events of the day" });
  expect(within(list).getByRole("link", { name: `Open: ${words(12)}` })).toHaveAttribute(
    "href",
    "/events/2",
  );
  await user.click(within(list).getByRole("button", { name: `Play: ${words(6)}` }));
  await waitFor(() => expect(location()).toContain(entry(6)));
});

it("are marks of each camera where several are watched", async () => {
  const path = "/footage?cameras=front-door%2Cyard";
  const { user, location } = open(`${path}&at=${iso(DAY)}`);

  const row = within(await screen.findByTestId("row-yard"));
  expect(await row.findAllByTestId("event-mark")).toHaveLength(1);
  await user.click(row.getByRole("button", { name: words(9, "Car") }));
  await waitFor(() => expect(location()).toBe(`${path}&at=${entry(9)}`));

  // Those of all cameras, in their order.
  await user.keyboard("n");
  await waitFor(() => expect(location()).toContain(entry(12)));
  await user.click(screen.getByRole("button", { name: "Event before" }));
  await waitFor(() => expect(location()).toContain(entry(9)));
  await user.click(screen.getByRole("button", { name: "3 events" }));
  expect(screen.getByRole("list", { name: "Events of the day" })).toHaveTextContent(
    `${words(9, "Car")}, The yard`,
  );
});

it("are on the page of their camera, with the way to all", async () => {
  const listEvents = vi.fn((_request: ListEventsRequest) => ({
    events: [event(5, { state: EventState.OPEN, startTime: at(6), endTime: at(6.1) })],
  }));
  open("/cameras/front-door?day=2026-01-15", { event: { listEvents } });

  const list = await screen.findByRole("list", { name: "Latest events" });
  expect(list).toHaveTextContent("Person, 87 % Going on");
  expect(within(list).getByRole("link", { name: "Person" })).toHaveAttribute("href", "/events/5");
  expect(screen.getByRole("link", { name: "All events of this camera" })).toHaveAttribute(
    "href",
    "/events?camera=front-door",
  );
  expect(listEvents.mock.calls[0]?.[0]).toMatchObject({ cameras: ["cameras/front-door"] });
});

it("are told over the live picture of their camera while they go on", async () => {
  const eventFeed = new EventFeed();
  open("/live", { eventFeed });
  const tile = await screen.findByRole("region", { name: "The yard" });
  expect(within(tile).queryByTestId("event-chip")).not.toBeInTheDocument();

  const going = { camera: "cameras/yard", state: EventState.OPEN };
  act(() => eventFeed.changed(event(1, going)));

  expect(await within(tile).findByTestId("event-chip")).toHaveTextContent(
    "An event goes on: Person",
  );
  expect(screen.getAllByTestId("event-chip")).toHaveLength(1);
});
