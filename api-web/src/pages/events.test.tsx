/** The page of events: filters, marks, keys, what comes while it is read, and what it says when empty. */
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import {
  DetectionGate,
  EventCheckKind,
  EventState,
  type ListEventsRequest,
  type UpdateReviewRequest,
} from "../gen/ronin/v1/event_pb";
import { EVENT_LIST_KEYS } from "../lib/eventKeys";
import { keySign } from "../lib/keys";
import { timestampFromMs } from "../lib/time";
import { openApp } from "../test/app";
import { camera, EventFeed, event, fakeServer, refusedFor, TOKEN } from "../test/fakeServer";

const DAY = new Date(2026, 0, 15).getTime();
const at = (seconds: number) => timestampFromMs(DAY + seconds * 1_000);
const CAMERAS = [
  camera({ detect: { zones: [{ name: "Drive" }, { name: "Door" }] } }),
  camera({ id: "yard", displayName: "The yard", detect: { zones: [{ name: "Gate" }] } }),
];

/** An event of ten seconds; those with higher numbers are later. */
const seen = (id: number, rest: Parameters<typeof event>[1] = {}) =>
  event(id, { startTime: at(id * 60), endTime: at(id * 60 + 10), ...rest });

const EVENTS = [
  seen(3, { state: EventState.OPEN, zones: [{ zone: "Drive", loitered: true }] }),
  seen(2, { camera: "cameras/yard", label: "car", score: 0.62 }),
  seen(1, { reviewed: true }),
];

type List = (request: ListEventsRequest) => {
  events?: ReturnType<typeof event>[];
  nextPageToken?: string;
};
const listOf =
  (events = EVENTS): List =>
  () => ({ events });

interface Open {
  path?: string;
  listEvents?: List;
  rest?: Parameters<typeof fakeServer>[0]["event"];
  detection?: Parameters<typeof fakeServer>[0]["detection"];
}

function openEvents({ path = "/events", listEvents = listOf(), rest, detection }: Open = {}) {
  const eventFeed = new EventFeed();
  const server = fakeServer({
    cameras: CAMERAS,
    eventFeed,
    event: { listEvents, ...rest },
    ...(detection && { detection }),
  });
  return { eventFeed, ...openApp(server, { path, token: TOKEN }) };
}

const list = () => screen.findByRole("list", { name: "Events, newest first" });
const links = (within_: HTMLElement) =>
  within(within_)
    .getAllByRole("link")
    .map((link) => link.textContent);
const card = async (index: number) =>
  within(await list()).getAllByRole("listitem")[index] as HTMLElement;

beforeEach(() => {
  Object.defineProperty(window, "scrollY", { value: 0, configurable: true });
});

it("shows what came, where, when and for how long, with the box over the picture", async () => {
  openEvents();

  const first = await card(0);
  expect(first).toHaveTextContent("Person");
  expect(first).toHaveTextContent("Front door");
  expect(first).toHaveTextContent("10 s so far");
  expect(first).toHaveTextContent("87 %");
  expect(first).toHaveTextContent("Drive (loitered)");
  expect(first).toHaveTextContent("Going on");
  expect(first.querySelector("img")).toHaveAttribute("src", "/events/3/snapshot.jpg");
  expect(first.querySelector("img")).toHaveAttribute("loading", "lazy");
  expect(within(first).getByTestId("event-box").style).toMatchObject({
    left: "10%",
    top: "20%",
    width: "30%",
    height: "40%",
  });
  expect(await card(1)).toHaveTextContent("Car62 %The yard");
  expect(await card(2)).toHaveTextContent("Reviewed");
});

it("says when the picture is gone", async () => {
  openEvents();

  fireEvent.error((await card(0)).querySelector("img") as HTMLImageElement);

  expect(await card(0)).toHaveTextContent("There is no picture of it any more.");
});

it("asks for what the address says", async () => {
  const listEvents = vi.fn(listOf());
  openEvents({
    path: "/events?camera=yard&label=car&zone=Gate&day=2026-01-15&reviewed=no&score=60",
    listEvents,
  });

  await list();
  const asked = listEvents.mock.calls.find(([{ pageSize }]) => pageSize === 48)?.[0];
  expect(asked).toMatchObject({
    cameras: ["cameras/yard"],
    labels: ["car"],
    zones: ["Gate"],
    reviewed: false,
    rejected: false,
    startTime: timestampFromMs(DAY),
    endTime: timestampFromMs(new Date(2026, 0, 16).getTime()),
  });
  expect(asked?.minScore).toBeCloseTo(0.6);
});

it("puts filters into the address", async () => {
  const { user, location } = openEvents({
    detection: {
      listModels: () => ({ models: [{ name: "models/a", labels: ["person", "dog"] }] }),
    },
  });
  await list();
  const choose = async (field: string, option: string) => {
    await user.click(screen.getByRole("combobox", { name: field }));
    await user.click(await screen.findByRole("option", { name: option }));
  };

  await choose("Cameras", "The yard");
  await choose("Labels", "Dog");
  await choose("Zones", "Gate");
  await choose("Review", "Not reviewed");
  await user.type(screen.getByRole("textbox", { name: "Least score" }), "60");
  await choose("Time", "A day");
  fireEvent.change(screen.getByLabelText("Day"), { target: { value: "2026-01-14" } });

  expect(location()).toBe(
    "/events?camera=yard&label=dog&zone=Gate&day=2026-01-14&reviewed=no&score=60",
  );
  expect(screen.getByRole("button", { name: "Filters (6)" })).toHaveAttribute(
    "aria-expanded",
    "true",
  );

  await choose("Time", "From and to");
  fireEvent.change(screen.getByLabelText("From"), { target: { value: "2026-01-14T10:00:00" } });
  const from = new Date(2026, 0, 14, 10).toISOString();
  await waitFor(() => expect(location()).toContain(`from=${encodeURIComponent(from)}`));

  await user.click(screen.getByRole("checkbox", { name: "Show rejected" }));
  expect(location()).toContain("rejected=yes");
  expect(location()).not.toContain("reviewed");
});

it("shows what made no event, with the check that it failed", async () => {
  const rejected = seen(4, { state: EventState.REJECTED, rejection: "it did not move" });
  openEvents({
    path: "/events?rejected=yes",
    listEvents: ({ rejected: isAsked }) => ({ events: isAsked ? [rejected] : [] }),
  });

  const rows = await screen.findByRole("list", { name: "Rejected, newest first" });
  expect(rows).toHaveTextContent("It did not move.");
  expect(rows).toHaveTextContent("No event");
  expect(within(rows).queryByRole("button", { name: /^Reviewed/ })).not.toBeInTheDocument();
  expect(screen.queryByRole("button", { name: /Mark all/ })).not.toBeInTheDocument();
});

it("pages", async () => {
  const { user } = openEvents({
    listEvents: ({ pageToken }) =>
      pageToken === "" ? { events: EVENTS, nextPageToken: "older" } : { events: [seen(0)] },
  });

  await user.click(await screen.findByRole("button", { name: "Older events" }));

  expect(await screen.findByText("These are all.")).toBeVisible();
  expect(within(await list()).getAllByRole("listitem")).toHaveLength(4);
});

it("marks one, all that are shown, and takes it back", async () => {
  const updateReview = vi.fn(({ names }: UpdateReviewRequest) => ({ count: names.length }));
  const { user } = openEvents({ rest: { updateReview } });
  const mark = async (index: number) =>
    within(await card(index)).getByRole("button", { name: /^Reviewed: / });

  await user.click(await mark(0));
  expect(await mark(0)).toHaveAttribute("aria-pressed", "true");
  expect(screen.getByText("1 event is marked as reviewed.")).toBeVisible();

  await user.click(screen.getByRole("button", { name: "Undo" }));
  expect(await mark(0)).toHaveAttribute("aria-pressed", "false");

  await user.click(screen.getByRole("button", { name: "Mark all shown as reviewed" }));
  expect(screen.getByText("2 events are marked as reviewed.")).toBeVisible();
  expect(await mark(1)).toHaveAttribute("aria-pressed", "true");
  expect(screen.getByRole("button", { name: "Mark all shown as reviewed" })).toBeDisabled();
  await waitFor(() => expect(updateReview).toHaveBeenCalledTimes(3));
  expect(updateReview.mock.calls.map(([{ names, reviewed }]) => [names, reviewed])).toEqual([
    [["events/3"], true],
    [["events/3"], false],
    [["events/3", "events/2"], true],
  ]);
});

it("takes a mark back that could not be saved, and says why", async () => {
  const updateReview = () => {
    throw refusedFor("DATABASE_AWAY", "the database does not answer");
  };
  const { user } = openEvents({ rest: { updateReview } });

  await user.click(within(await card(0)).getByRole("button", { name: /^Reviewed: / }));

  expect(await screen.findByText("The database does not answer.")).toBeVisible();
  expect(within(await card(0)).getByRole("button", { name: /^Reviewed: / })).toHaveAttribute(
    "aria-pressed",
    "false",
  );
});

it("is gone through with keys", async () => {
  const { user, location } = openEvents({
    rest: { getEvent: ({ name }) => ({ event: seen(Number(name.replace("events/", ""))) }) },
  });
  const all = within(await list()).getAllByRole("link");

  await user.keyboard("j");
  expect(all[0]).toHaveFocus();
  await user.keyboard("jj");
  expect(all[2]).toHaveFocus();
  await user.keyboard("k{ArrowLeft}");
  expect(all[0]).toHaveFocus();
  await user.keyboard("{ArrowDown}{ArrowRight}{ArrowUp}");
  expect(all[1]).toHaveFocus();

  await user.keyboard("r");
  expect(await card(1)).toHaveTextContent("Reviewed");
  await user.keyboard("u");
  expect(await card(1)).not.toHaveTextContent("Reviewed");

  await user.keyboard("{Enter}");
  await waitFor(() => expect(location()).toBe("/events/2"));
  await screen.findByRole("heading", { level: 1, name: /at Front door/ });
  await user.keyboard("{Escape}");
  expect(location()).toBe("/events");
  await waitFor(() => expect(document.activeElement).toHaveAttribute("data-event", "events/2"));
});

it("lists its keys", async () => {
  const { user } = openEvents();
  await list();

  await user.keyboard("?");

  const table = await screen.findByRole("table", { name: "Events" });
  for (const { keys, does } of Object.values(EVENT_LIST_KEYS)) {
    expect(within(table).getByRole("row", { name: new RegExp(does) })).toHaveTextContent(
      keys.map(keySign).join(""),
    );
  }
});

it("says why, by key, and closes it again", async () => {
  const explainEvent = () => ({
    event: EVENTS[0],
    gate: DetectionGate.MOTION,
    model: "small.pt",
    modelSha256: "ab12",
    rule: { label: "person", minScore: 0.5 },
    picturesSeen: 9,
    picturesLookedAt: 12,
    checks: [
      { kind: EventCheckKind.SCORE, passed: true, text: "0.81, at least 0.50" },
      { kind: EventCheckKind.ZONE, passed: false, text: "it was in no zone" },
    ],
  });
  const { user, location } = openEvents({ rest: { explainEvent } });
  await list();

  await user.keyboard("jw");
  expect(location()).toBe("/events?why=3");
  const dialog = await screen.findByRole("dialog", { name: "Why" });
  const checks = await within(dialog).findByRole("list", { name: "Checks" });
  expect(checks).toHaveTextContent("Score Passed0.81, at least 0.50.");
  expect(checks).toHaveTextContent("Zone FailedIt was in no zone.");
  expect(dialog).toHaveTextContent("Something moved in the picture.");
  expect(dialog).toHaveTextContent("In 9 of the 12 pictures that were looked at");
  expect(dialog).toHaveTextContent("small.pt");
  expect(dialog).toHaveTextContent("ab12");

  await user.keyboard("{Escape}");
  expect(location()).toBe("/events");
});

it("shows what comes by itself, and what becomes of it", async () => {
  const { eventFeed } = openEvents();
  expect(links(await list())).toHaveLength(3);

  act(() => eventFeed.changed(seen(9, { state: EventState.OPEN, label: "dog" })));
  await waitFor(async () => expect(await card(0)).toHaveTextContent("Dog87 %Front door"));
  expect(screen.queryByText(/new event/)).not.toBeInTheDocument();

  act(() => eventFeed.changed(seen(9, { label: "dog", endTime: at(9 * 60 + 30) })));
  await waitFor(async () => expect(await card(0)).toHaveTextContent(", 30 s"));
  expect(await card(0)).not.toHaveTextContent("Going on");
});

it("lets new ones wait while the keyboard is in the list, or it is scrolled", async () => {
  const { user, eventFeed } = openEvents();
  await list();
  await user.keyboard("j");

  act(() => eventFeed.changed(seen(8)));
  act(() => eventFeed.changed(seen(9)));
  const button = await screen.findByRole("button", { name: "2 new events" });
  expect(links(await list())).toHaveLength(3);
  await user.click(button);
  await waitFor(async () => expect(links(await list())).toHaveLength(5));
  expect(screen.queryByRole("button", { name: /new event/ })).not.toBeInTheDocument();

  Object.defineProperty(window, "scrollY", { value: 500 });
  act(() => void window.dispatchEvent(new Event("scroll")));
  act(() => eventFeed.changed(seen(10)));
  expect(await screen.findByRole("button", { name: "1 new event" })).toBeVisible();
  // What is shown goes on to change.
  act(() => eventFeed.changed(seen(9, { endTime: at(9 * 60 + 40) })));
  await waitFor(async () => expect(await card(0)).toHaveTextContent(", 40 s"));

  Object.defineProperty(window, "scrollY", { value: 0 });
  act(() => void window.dispatchEvent(new Event("scroll")));
  await waitFor(async () => expect(links(await list())).toHaveLength(6));
});

it("leads out of a filter that nothing fits", async () => {
  const { user, location } = openEvents({
    path: "/events?label=cow",
    listEvents: ({ labels }) => ({ events: labels.includes("cow") ? [] : EVENTS }),
  });

  await user.click(await screen.findByRole("button", { name: "Clear filters" }));

  expect(location()).toBe("/events");
  expect(await list()).toBeVisible();
});

it("says what to do where no objects are looked for", async () => {
  const message = "no model is set: put one into /models and name it in the settings";
  openEvents({
    listEvents: listOf([]),
    detection: { listModels: () => ({ models: [], message }) },
  });

  expect(await screen.findByRole("heading", { name: "Objects are not looked for" })).toBeVisible();
  expect(screen.getByText(/^No model is set: put one into \/models/)).toBeVisible();
});

it("says that there are none yet, or no cameras", async () => {
  openEvents({ listEvents: listOf([]) });
  expect(await screen.findByRole("heading", { name: "No events yet" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Show what was rejected" })).toBeVisible();
});

it("leads to the first camera where there is none", async () => {
  openApp(fakeServer({}), { path: "/events", token: TOKEN });

  expect(await screen.findByRole("link", { name: "Add your first camera" })).toBeVisible();
});

it("says when the events cannot be had", async () => {
  openEvents({
    listEvents: () => {
      throw refusedFor("DATABASE_AWAY", "the database does not answer");
    },
  });

  expect(await screen.findByRole("alert")).toHaveTextContent("The database does not answer.");
});
