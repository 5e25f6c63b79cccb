/** What is asked of the server when somebody exports a span, and what is said of its answer. */
import { Code, ConnectError } from "@connectrpc/connect";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { Role } from "../gen/ronin/v1/auth_pb";
import type { CreateExportRequest } from "../gen/ronin/v1/export_pb";
import type { GetTimelineRequest } from "../gen/ronin/v1/recording_pb";
import { DAY_MS, HOUR_MS, MINUTE_MS, timestampFromMs, timestampMs } from "../lib/time";
import { openApp } from "../test/app";
import { FakeHls } from "../test/fakeHls";
import { camera, exportOf, fakeServer, refusedFields, refusedFor, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

const DAY = new Date(2026, 0, 15).getTime();
const FROM = DAY + 8 * HOUR_MS;
const iso = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
const PATH = `/footage?cameras=front-door,yard&day=2026-01-15&from=${iso(FROM)}&to=${iso(FROM + 10 * MINUTE_MS)}`;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const recording = {
  getTimeline: ({ cameras: [name = ""] }: GetTimelineRequest) => ({
    timelines: [
      {
        camera: name,
        recorded: [{ startTime: timestampFromMs(DAY), endTime: timestampFromMs(DAY + DAY_MS) }],
        coverage: 1,
      },
    ],
  }),
  listSegments: () => ({ segments: [] }),
};

beforeEach(() => {
  FakeHls.reset();
  stubMediaSource(() => true);
});

type Create = (request: CreateExportRequest) => { export: ReturnType<typeof exportOf> };

function open(createExport: Create, role = Role.OPERATOR, path = PATH) {
  const cameras = [camera(), camera({ id: "yard", displayName: "The yard" })];
  return openApp(fakeServer({ cameras, role, recording, exports: { createExport } }), {
    path,
    token: TOKEN,
  });
}

/** The dialog, opened where a span is chosen. */
async function openDialog(createExport: Create) {
  const opened = open(createExport);
  await opened.user.click(await screen.findByRole("button", { name: "Export…" }));
  const form = await screen.findByRole("form", { name: "Export footage" });
  const submit = () => opened.user.click(within(form).getByRole("button", { name: "Export" }));
  return { ...opened, form: within(form), submit };
}

it("asks for the cameras and the span that were chosen, and leads to the exports", async () => {
  const createExport = vi.fn((_request: CreateExportRequest) => ({ export: exportOf(1) }));
  const { form, user, submit, location } = await openDialog(createExport);
  expect(form.getByLabelText("From")).toHaveValue("2026-01-15T08:00");

  await user.type(form.getByLabelText("Title"), " Parcel ");
  expect(form.getByLabelText("Title")).toHaveAttribute("maxlength", "100");
  await user.click(form.getByRole("checkbox", { name: "The yard" }));
  fireEvent.change(form.getByLabelText("To"), { target: { value: "2026-01-15T08:05:30" } });
  expect(form.getByText("5 min 30 s chosen")).toBeVisible();
  await submit();

  const link = await screen.findByRole("link", { name: "Show the exports" });
  expect(screen.getByText(/Export queued\./)).toBeVisible();
  expect(screen.queryByRole("dialog")).not.toBeInTheDocument();
  const [request] = createExport.mock.calls[0] ?? [];
  expect(request).toMatchObject({ cameras: ["cameras/front-door"], title: "Parcel" });
  expect(timestampMs(request?.startTime)).toBe(FROM);
  expect(timestampMs(request?.endTime)).toBe(FROM + 330_000);
  expect(request?.requestId).toMatch(UUID);
  // The span on the page is still what was chosen there.
  expect(location()).toBe(PATH);

  await user.click(link);
  await waitFor(() => expect(location()).toBe("/exports"));
});

it("is one export where the same is asked again, and another where something else is", async () => {
  const createExport = vi.fn((_request: CreateExportRequest) => ({ export: exportOf(1) }));
  createExport.mockImplementation(() => {
    throw new ConnectError("away", Code.Unavailable);
  });
  const { form, user, submit } = await openDialog(createExport);

  await submit();
  await form.findByRole("alert");
  await submit();
  await waitFor(() => expect(createExport).toHaveBeenCalledTimes(2));
  await form.findByRole("alert");
  await user.click(form.getByRole("checkbox", { name: "The yard" }));
  await submit();
  await waitFor(() => expect(createExport).toHaveBeenCalledTimes(3));

  const [first, again, other] = createExport.mock.calls.map(([{ requestId }]) => requestId);
  expect(again).toBe(first);
  expect(other).toMatch(UUID);
  expect(other).not.toBe(first);
});

it("says at the fields what the server refuses", async () => {
  const { form, submit } = await openDialog(() => {
    throw refusedFields({
      title: "a title is one line of at most 100 characters",
      "cameras[1]": "this is no camera",
      end_time: "an export is of at most 31 days: make several",
    });
  });

  await submit();

  await waitFor(() =>
    expect(form.getByLabelText("To")).toHaveAccessibleDescription(/at most 31 days: make several/),
  );
  expect(form.getByLabelText("Title")).toHaveAccessibleDescription(/A title is one line/);
  expect(form.getByRole("group", { name: "Cameras" })).toHaveAccessibleDescription(
    "This is no camera.",
  );
  expect(form.queryByRole("alert")).not.toBeInTheDocument();
  expect(form.getByRole("button", { name: "Export" })).toBeEnabled();
});

it("says what else is wrong, and what to do", async () => {
  const { form, submit } = await openDialog(() => {
    throw refusedFor("TOO_MANY_EXPORTS", "100 exports wait or run already", Code.ResourceExhausted);
  });

  await submit();

  const alert = await form.findByRole("alert");
  expect(alert).toHaveTextContent("Too many exports wait");
  expect(alert).toHaveTextContent("100 exports wait or run already.");
});

it("asks for nothing without a camera or with a span that is turned around", async () => {
  const createExport = vi.fn((_request: CreateExportRequest) => ({ export: exportOf(1) }));
  const { form, user, submit } = await openDialog(createExport);

  fireEvent.change(form.getByLabelText("To"), { target: { value: "2026-01-15T07:00:00" } });
  await submit();
  expect(form.getByLabelText("To")).toHaveAccessibleDescription(/after the beginning/);
  fireEvent.change(form.getByLabelText("To"), { target: { value: "2026-01-15T09:00:00" } });
  await user.click(form.getByRole("checkbox", { name: "Front door" }));
  await user.click(form.getByRole("checkbox", { name: "The yard" }));
  await submit();

  expect(form.getByText("Choose at least one camera.")).toBeVisible();
  expect(createExport).not.toHaveBeenCalled();
});

it.each([
  ["Last minute", MINUTE_MS, "now"],
  ["Last 10 min", 10 * MINUTE_MS, "now"],
  ["Last hour", HOUR_MS, "now"],
  ["The day shown", DAY_MS, "the end of the day"],
])("begins with: %s", async (name, lengthMs, end) => {
  const createExport = vi.fn((_request: CreateExportRequest) => ({ export: exportOf(1) }));
  const { form, user, submit } = await openDialog(createExport);

  await user.click(form.getByRole("button", { name }));
  await submit();

  await waitFor(() => expect(createExport).toHaveBeenCalledTimes(1));
  const [request] = createExport.mock.calls[0] ?? [];
  const endMs = timestampMs(request?.endTime) ?? 0;
  expect(endMs - (timestampMs(request?.startTime) ?? 0)).toBe(lengthMs);
  const wantedMs = end === "now" ? Date.now() : DAY + DAY_MS;
  expect(Math.abs(endMs - wantedMs)).toBeLessThan(20_000);
});

it("is on the page of one camera, too", async () => {
  const query = PATH.slice(PATH.indexOf("&day=") + 1);
  open(() => ({ export: exportOf(1) }), Role.ADMIN, `/cameras/front-door?${query}`);

  expect(await screen.findByRole("button", { name: "Export…" })).toBeVisible();
});

it("is not offered to viewers, who can download", async () => {
  open(() => ({ export: exportOf(1) }), Role.VIEWER);

  await screen.findByText("Viewer");
  expect(await screen.findByRole("button", { name: "Download Front door" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Export…" })).not.toBeInTheDocument();
});
