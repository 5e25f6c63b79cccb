/** A span of a camera as one file: its size, its address, and why there may be none. */
import { fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Role } from "../gen/ronin/v1/auth_pb";
import { HOUR_MS, MINUTE_MS, timestampFromMs } from "../lib/time";
import { openApp } from "../test/app";
import { camera, fakeServer, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

const DAY = new Date(2026, 0, 15).getTime();
const FROM = DAY + 8 * HOUR_MS;
const TO = FROM + 10 * MINUTE_MS;
const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
const PATH = `/cameras/front-door?day=2026-01-15&from=${iso(FROM)}&to=${iso(TO)}`;
const FILE = `/playback/front-door/span.mp4?start=${iso(FROM)}&end=${iso(TO)}`;
const recording = {
  getTimeline: () => ({
    timelines: [
      {
        camera: "cameras/front-door",
        recorded: [
          { startTime: timestampFromMs(DAY), endTime: timestampFromMs(DAY + 24 * HOUR_MS) },
        ],
        coverage: 1,
      },
    ],
  }),
  listSegments: () => ({
    segments: [0, 5].map((minutes) => ({
      name: `s${minutes}`,
      startTime: timestampFromMs(FROM + minutes * MINUTE_MS),
      endTime: timestampFromMs(FROM + (minutes + 5) * MINUTE_MS),
      sizeBytes: 30_000_000n,
    })),
  }),
};

let saved: { href: string; name: string }[];
const fetched = vi.fn<(path: string, init?: RequestInit) => Promise<Response>>();

beforeEach(() => {
  stubMediaSource(() => true);
  saved = [];
  fetched.mockReset();
  vi.stubGlobal("fetch", fetched);
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    saved.push({ href: this.getAttribute("href") ?? "", name: this.download });
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function open(path = PATH, role = Role.ADMIN) {
  return openApp(fakeServer({ cameras: [camera()], recording, role }), { path, token: TOKEN });
}
const files = async () => within(await screen.findByRole("list", { name: "Files" }));

it("says how large it is before it begins, and has the browser save it", async () => {
  fetched.mockResolvedValue(new Response("mp4"));
  const { user } = open();
  expect(await (await files()).findByText("about 60 MB")).toBeVisible();

  await user.click((await files()).getByRole("button", { name: "Download Front door" }));
  await vi.waitFor(() =>
    expect(saved).toEqual([{ href: FILE, name: "front-door-2026-01-15T08-00-00.mp4" }]),
  );
  // Asked without the file, which comes once.
  expect(fetched.mock.calls).toEqual([[FILE, { method: "HEAD" }]]);
});

it("says in the server's words why there is no file, and begins nothing", async () => {
  fetched.mockResolvedValue(
    new Response("the size of the picture changes at 08:05:00: ask for one side of it", {
      status: 422,
    }),
  );
  const { user } = open();
  await user.click((await files()).getByRole("button", { name: "Download Front door" }));
  expect(await (await files()).findByRole("alert")).toHaveTextContent(
    "The size of the picture changes at 08:05:00: ask for one side of it.",
  );
  expect(saved).toEqual([]);

  // Another span may be one that can be made.
  fireEvent.change(screen.getByLabelText("From"), { target: { value: "2026-01-15T08:06:00" } });
  await vi.waitFor(async () =>
    expect((await files()).queryByRole("alert")).not.toBeInTheDocument(),
  );
});

it.each([
  { name: "the server does not answer", answer: new TypeError("x"), words: /does not answer/ },
  { name: "a proxy answers", answer: new Response("<html>", { status: 502 }), words: /with 502\./ },
  {
    name: "the server knows no such file",
    answer: new Response("<html>", { headers: { "content-type": "text/html" } }),
    words: /older than this page/,
  },
  {
    name: "the session has ended",
    answer: new Response("", { status: 401 }),
    words: /Sign out and in again/,
  },
])("says so where $name", async ({ answer, words }) => {
  if (answer instanceof Response) {
    fetched.mockResolvedValue(answer);
  } else {
    fetched.mockRejectedValue(answer);
  }
  const { user } = open();
  await user.click((await files()).getByRole("button", { name: "Download Front door" }));
  expect(await (await files()).findByRole("alert")).toHaveTextContent(words);
});

it("is chosen by those who may not protect footage, too", async () => {
  const { user, location } = open("/cameras/front-door?day=2026-01-15", Role.VIEWER);
  await user.click(await screen.findByRole("button", { name: "Download a span" }));
  const form = within(await screen.findByRole("region", { name: "Download the span" }));
  expect(form.getByLabelText("From")).toHaveFocus();
  fireEvent.change(form.getByLabelText("From"), { target: { value: "2026-01-15T08:00:00" } });
  fireEvent.change(form.getByLabelText("To"), { target: { value: "2026-01-15T07:00:00" } });
  expect(form.getByLabelText("To")).toHaveAccessibleDescription(
    "The end has to be after the beginning.",
  );
  expect(screen.queryByRole("form", { name: "Protect a span" })).not.toBeInTheDocument();

  await user.click(form.getByRole("button", { name: "Cancel" }));
  expect(location()).toBe("/cameras/front-door?day=2026-01-15");
});
