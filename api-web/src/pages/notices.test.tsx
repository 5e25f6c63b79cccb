/** News: the bell, toasts and the page of all notices. */
import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { type ListNoticesRequest, NoticeKind } from "../gen/ronin/v1/system_pb";
import { timestampFromMs, timestampMs } from "../lib/time";
import { openApp } from "../test/app";
import { camera, fakeServer, NoticeFeed, refusedFor, TOKEN } from "../test/fakeServer";

const lost = (id: number, ageMs = 0) => ({
  name: `notices/${id}`,
  kind: NoticeKind.CAMERA_LOST,
  camera: "cameras/front-door",
  time: timestampFromMs(Date.now() - ageMs),
  message: "no answer from 192.168.1.20:554 in 5 s",
  resumeToken: `token-${id}`,
});

const bell = (name: RegExp | string) => screen.findByRole("button", { name });

it("counts what is new, shows it, and has then been seen in this browser", async () => {
  const newest = lost(2, 60_000);
  const system = { listNotices: () => ({ notices: [newest, lost(1, 120_000)] }) };
  const { user } = openApp(fakeServer({ cameras: [camera()], system }), {
    path: "/cameras",
    token: TOKEN,
  });

  await user.click(await bell("Notices: 2 new"));

  const panel = await screen.findByRole("dialog", { name: "Notices" });
  const rows = within(panel).getAllByRole("listitem");
  expect(rows).toHaveLength(2);
  expect(rows[0]).toHaveTextContent(/^New: Camera lost · Front door/);
  expect(rows[0]).toHaveTextContent("No answer from 192.168.1.20:554 in 5 s.");
  expect(within(rows[0] as HTMLElement).getByRole("link", { name: "Front door" })).toHaveAttribute(
    "href",
    "/cameras/front-door",
  );
  await user.keyboard("{Escape}");
  expect(await bell("Notices")).toBeVisible();
  expect(localStorage.getItem("ronin.notices.seen")).toBe(String(timestampMs(newest.time)));
});

it("tells a camera that goes away to eyes and to screen readers", async () => {
  const noticeFeed = new NoticeFeed();
  const { user, location } = openApp(fakeServer({ cameras: [camera()], noticeFeed }), {
    path: "/cameras",
    token: TOKEN,
  });
  await screen.findByRole("article", { name: "Front door" });

  act(() => noticeFeed.notice(lost(1)));

  const toast = await screen.findByRole("group", { name: "Front door: camera lost" });
  expect(toast).toHaveTextContent("No answer from 192.168.1.20:554 in 5 s.");
  expect(screen.getByRole("log", { name: /News/ })).toHaveTextContent(
    "Front door: Camera lost. No answer from 192.168.1.20:554 in 5 s.",
  );
  expect(await bell("Notices: 1 new")).toBeVisible();

  await user.click(toast);
  await waitFor(() => expect(location()).toBe("/notices"));
});

it("filters by camera and kind, which are in the address, and pages", async () => {
  const listNotices = vi.fn(({ kinds, camera, pageToken }: ListNoticesRequest) =>
    kinds.length > 0 && camera !== "" && pageToken === ""
      ? { notices: [lost(2)], nextPageToken: "older" }
      : { notices: [lost(1)] },
  );
  const { user, location } = openApp(fakeServer({ cameras: [camera()], system: { listNotices } }), {
    path: "/notices?kind=camera-lost",
    token: TOKEN,
  });

  await user.click(await screen.findByRole("combobox", { name: "Camera" }));
  await user.click(await screen.findByRole("option", { name: "Front door" }));

  await waitFor(() => expect(location()).toBe("/notices?kind=camera-lost&camera=front-door"));
  await user.click(await screen.findByRole("button", { name: "Older notices" }));
  expect(await screen.findByText("These are all.")).toBeVisible();
  expect(listNotices.mock.calls.at(-1)?.[0]).toMatchObject({
    kinds: [NoticeKind.CAMERA_LOST],
    camera: "cameras/front-door",
    pageToken: "older",
  });
  expect(screen.getAllByRole("listitem")).toHaveLength(2);
});

it("says what will be told here while there is nothing", async () => {
  openApp(fakeServer({}), { path: "/notices", token: TOKEN });

  expect(await screen.findByRole("heading", { name: "No notices yet" })).toBeVisible();
});

it("leads out of a filter that nothing fits", async () => {
  const { user, location } = openApp(fakeServer({}), {
    path: "/notices?kind=clock-set",
    token: TOKEN,
  });

  await user.click(await screen.findByRole("button", { name: "Show all notices" }));

  await waitFor(() => expect(location()).toBe("/notices"));
});

it("says when the notices cannot be had", async () => {
  const listNotices = () => {
    throw refusedFor("DATABASE_AWAY", "the database does not answer");
  };
  openApp(fakeServer({ system: { listNotices } }), { path: "/notices", token: TOKEN });

  expect(await screen.findByRole("alert")).toHaveTextContent("The database does not answer.");
});
