/** The page of exports: what they are, how they go on, and what can be done with them. */
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { act, screen, waitFor, within } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { Role } from "../gen/ronin/v1/auth_pb";
import type {
  CancelExportRequest,
  DeleteExportRequest,
  Export,
  ListExportsRequest,
} from "../gen/ronin/v1/export_pb";
import { JobState, type RetryJobRequest } from "../gen/ronin/v1/job_pb";
import { dateTime, MINUTE_MS, SECOND_MS, timestampFromMs } from "../lib/time";
import { openApp } from "../test/app";
import { camera, ExportFeed, exportOf, fakeServer, refusedFor, TOKEN } from "../test/fakeServer";

const START = new Date(2026, 0, 15, 8).getTime();
const EXPIRE = new Date(2026, 1, 14, 8).getTime();
const CAMERAS = [camera(), camera({ id: "yard", displayName: "The yard" })];

const file = (number: number, id: string, gapsMs = 0) => ({
  camera: `cameras/${id}`,
  startTime: timestampFromMs(START),
  endTime: timestampFromMs(START + 9 * MINUTE_MS),
  gaps: durationFromMs(gapsMs),
  sizeBytes: 600_000_000n,
  fileName: `${id}_${number}.mp4`,
  path: `/exports/1/file?number=${number}`,
});
/** What became of the front door and the yard. */
const done = exportOf(1, {
  title: "Parcel",
  cameras: ["cameras/front-door", "cameras/yard", "cameras/gone"],
  files: [file(1, "front-door"), file(2, "yard", 12 * SECOND_MS)],
  remarks: ["gone has no footage of this time"],
  expireTime: timestampFromMs(EXPIRE),
  job: { state: JobState.SUCCEEDED },
});
const failed = exportOf(2, {
  title: "Long night",
  job: {
    state: JobState.FAILED,
    reason: "NOT_ENOUGH_SPACE",
    message: "the disk is full: delete older exports, or export less",
  },
});
const waiting = exportOf(3, { title: "Yesterday" });

type Parts = Parameters<typeof fakeServer>[0];

/** The page, on a server that keeps these exports. */
function open(stored: Export[], { exports, ...parts }: Parts = {}, path = "/exports") {
  return openApp(
    fakeServer({
      cameras: CAMERAS,
      ...parts,
      exports: { listExports: () => ({ exports: stored }), ...exports },
    }),
    { path, token: TOKEN },
  );
}

const row = async (name: string) => within(await screen.findByRole("article", { name }));

it("lists exports with their files, and says what is to be known of them", async () => {
  open([waiting, done]);

  const list = await screen.findByRole("list", { name: "Exports, newest first" });
  const titles = within(list).getAllByRole("heading", { level: 2 });
  expect(titles.map(({ textContent }) => textContent)).toEqual(["Yesterday", "Parcel"]);
  const parcel = await row("Parcel");
  expect(parcel.getByRole("status")).toHaveTextContent("Parcel: Ready");
  expect(await parcel.findByText("Front door, The yard, gone")).toBeVisible();
  const span = `${dateTime(START)} to ${dateTime(START + 10 * MINUTE_MS)}, 10 min`;
  expect(parcel.getByText(span)).toBeVisible();
  expect(
    parcel.getByText(`1.2 GB in 2 files. Kept until ${dateTime(EXPIRE)}, then deleted.`),
  ).toBeVisible();
  expect(parcel.getByText("Gone has no footage of this time.")).toBeVisible();
  expect(parcel.getByText(/^Asked for by anna, /)).toBeVisible();
  const files = within(parcel.getByRole("list", { name: "Files of “Parcel”" }));
  expect(
    files.getByText(`Front door from ${dateTime(START)}, 9 min, 600 MB, no gaps`),
  ).toBeVisible();
  expect(files.getByText(/The yard .* with gaps of 12 s in all$/)).toBeVisible();
  const link = files.getByRole("link", { name: "Download yard_2.mp4" });
  expect(link).toHaveAttribute("href", "/exports/1/file?number=2");
  expect(link).toHaveAttribute("download", "yard_2.mp4");
  // A camera that is gone cannot be watched.
  const at = encodeURIComponent(new Date(START).toISOString());
  expect(parcel.getByRole("link", { name: "Play in Footage: Parcel" })).toHaveAttribute(
    "href",
    `/footage?cameras=front-door,yard&at=${at}`,
  );

  const yesterday = await row("Yesterday");
  expect(yesterday.getByRole("status")).toHaveTextContent("Yesterday: Waits for its turn");
  expect(yesterday.getByText("about 1.2 GB")).toBeVisible();
  expect(yesterday.queryByRole("progressbar")).not.toBeInTheDocument();
});

it("shows how far an export is, and its file when there is one", async () => {
  const exportFeed = new ExportFeed();
  open([waiting], { exportFeed });
  const yesterday = await row("Yesterday");
  const job = waiting.job;

  act(() =>
    exportFeed.changed({
      ...waiting,
      job: job && { ...job, state: JobState.RUNNING, progressPercent: 41.7 },
    }),
  );
  const bar = await yesterday.findByRole("progressbar", {
    name: "How much of “Yesterday” is done",
  });
  expect(bar).toHaveAttribute("aria-valuenow", "41");
  expect(yesterday.getByRole("status")).toHaveTextContent("Running");

  act(() =>
    exportFeed.changed({
      ...waiting,
      files: done.files.slice(0, 1),
      sizeBytes: 600_000_000n,
      job: job && { ...job, state: JobState.SUCCEEDED, progressPercent: 100 },
    }),
  );
  expect(await yesterday.findByRole("link", { name: /^Download / })).toBeVisible();
  expect(yesterday.getByText("600 MB in 1 file. Kept until it is deleted here.")).toBeVisible();
  expect(yesterday.queryByRole("progressbar")).not.toBeInTheDocument();
});

it("puts an export that somebody asks for on top", async () => {
  const exportFeed = new ExportFeed();
  open([done], { exportFeed });
  await row("Parcel");

  act(() => exportFeed.changed(waiting));

  await row("Yesterday");
  const titles = screen.getAllByRole("heading", { level: 2 });
  expect(titles.map(({ textContent }) => textContent)).toEqual(["Yesterday", "Parcel"]);
});

it("stops an export", async () => {
  const running = exportOf(3, { title: "Yesterday", job: { state: JobState.RUNNING } });
  const job = running.job;
  const cancelExport = vi.fn((_request: CancelExportRequest) => ({
    export: { ...running, job: job && { ...job, cancelling: true } },
  }));
  const { user } = open([running], { exports: { cancelExport } });
  const yesterday = await row("Yesterday");
  expect(yesterday.queryByRole("button", { name: /^Delete/ })).not.toBeInTheDocument();

  await user.click(await yesterday.findByRole("button", { name: "Stop: Yesterday" }));

  await waitFor(() => expect(yesterday.getByRole("status")).toHaveTextContent("Stopping"));
  expect(cancelExport.mock.calls[0]?.[0].name).toBe("exports/3");
  expect(yesterday.getByRole("button", { name: "Stop: Yesterday" })).toBeDisabled();
});

it("says why an export cannot be stopped", async () => {
  const cancelExport = () => {
    throw refusedFor("JOB_IS_OVER", "the job is done already: there is nothing to stop");
  };
  const { user } = open([waiting], { exports: { cancelExport } });

  await user.click(await screen.findByRole("button", { name: "Stop: Yesterday" }));

  const notice = await screen.findByText("The export could not be stopped");
  expect(notice.parentElement).toHaveTextContent("The job is done already");
});

it("says why an export failed and what to do, and does it once more", async () => {
  const retryJob = vi.fn((_request: RetryJobRequest) => ({ job: waiting.job }));
  const { user } = open([failed], { job: { retryJob } });
  const night = await row("Long night");
  expect(night.getByRole("status")).toHaveTextContent("Failed");
  const why = night.getByRole("note");
  expect(why).toHaveTextContent("The disk has no room for it");
  expect(why).toHaveTextContent("The disk is full: delete older exports, or export less.");
  expect(within(why).getByRole("list", { name: "What to do" })).toHaveTextContent(
    "Delete exports that are no longer needed.",
  );

  await user.click(await night.findByRole("button", { name: "Try again: Long night" }));

  await waitFor(() => expect(night.getByRole("status")).toHaveTextContent("Waits for its turn"));
  expect(retryJob.mock.calls[0]?.[0].name).toBe("jobs/2");
  expect(night.queryByRole("note")).not.toBeInTheDocument();
});

it("says what went wrong before the next attempt", async () => {
  open([
    exportOf(4, {
      job: { message: "could not read the footage: i/o error", attempts: 1 },
    }),
  ]);

  expect(
    await screen.findByText(
      "The attempt before did not work: Could not read the footage: i/o error.",
    ),
  ).toBeVisible();
});

it("deletes an export only after saying which files go", async () => {
  let stored = [waiting, done];
  const deleteExport = vi.fn(({ name }: DeleteExportRequest) => {
    stored = stored.filter((one) => one.name !== name);
    return {};
  });
  const { user } = open([], {
    exports: { deleteExport, listExports: () => ({ exports: stored }) },
  });

  await user.click(await screen.findByRole("button", { name: "Delete… Parcel" }));
  const dialog = await screen.findByRole("dialog", { name: "Delete “Parcel”?" });
  expect(dialog).toHaveTextContent("2 files of 1.2 GB are deleted, at once and for good.");
  expect(within(dialog).getByRole("list", { name: "Files that go" })).toHaveTextContent(
    "front-door_1.mp4, 600 MB",
  );
  expect(deleteExport).not.toHaveBeenCalled();
  await user.click(within(dialog).getByRole("button", { name: "Delete export" }));

  await screen.findByText("The export is deleted.");
  expect(deleteExport.mock.calls[0]?.[0].name).toBe("exports/1");
  await waitFor(() =>
    expect(screen.queryByRole("article", { name: "Parcel" })).not.toBeInTheDocument(),
  );
  expect(screen.getByRole("article", { name: "Yesterday" })).toBeVisible();
  expect(document.activeElement).toContainElement(screen.getByRole("list", { name: /^Exports/ }));
});

it("says in the dialog why an export cannot be deleted", async () => {
  const deleteExport = () => {
    throw refusedFor("JOB_IS_RUNNING", "the export waits or runs: stop it first");
  };
  const { user } = open([done], { exports: { deleteExport } });

  await user.click(await screen.findByRole("button", { name: "Delete… Parcel" }));
  await user.click(await screen.findByRole("button", { name: "Delete export" }));

  const dialog = within(screen.getByRole("dialog"));
  expect(await dialog.findByRole("alert")).toHaveTextContent(
    "The export waits or runs: stop it first.",
  );
  await user.click(dialog.getByRole("button", { name: "Keep the export" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).not.toBeInTheDocument());
  expect(screen.getByRole("article", { name: "Parcel" })).toBeVisible();
});

it("shows more on demand", async () => {
  const listExports = vi.fn(({ pageToken }: ListExportsRequest) =>
    pageToken === "" ? { exports: [waiting], nextPageToken: "older" } : { exports: [done] },
  );
  const { user } = open([], { exports: { listExports } });
  await row("Yesterday");
  expect(screen.queryByText("Parcel")).not.toBeInTheDocument();

  await user.click(screen.getByRole("button", { name: "Show more" }));

  await row("Parcel");
  expect(screen.getByText("These are all.")).toBeVisible();
  expect(listExports.mock.calls.at(-1)?.[0].pageToken).toBe("older");
});

it("says how to make the first one, and is in the navigation", async () => {
  const { user, location } = open([]);

  expect(await screen.findByRole("heading", { name: "No exports yet" })).toBeVisible();
  expect(screen.getByRole("link", { name: "Exports" })).toHaveAttribute("aria-current", "page");
  await user.click(await screen.findByRole("link", { name: "Go to Footage" }));
  await waitFor(() => expect(location()).toBe("/footage"));
});

it("lets viewers download and play only", async () => {
  open([waiting, failed, done], { role: Role.VIEWER });

  await screen.findByText("Viewer");
  const parcel = await row("Parcel");
  expect(await parcel.findByRole("link", { name: "Download yard_2.mp4" })).toBeVisible();
  expect(await parcel.findByRole("link", { name: /^Play in Footage/ })).toBeVisible();
  expect(
    screen.queryByRole("button", { name: /^(Stop|Try again|Delete)/ }),
  ).not.toBeInTheDocument();
});

it("says when exports cannot be listed", async () => {
  const listExports = () => {
    throw refusedFor("DATABASE_AWAY", "the database does not answer");
  };
  open([], { exports: { listExports } });

  expect(await screen.findByRole("alert")).toHaveTextContent("The database does not answer.");
});

it("leads to the export that the address names", async () => {
  open([waiting, done], {}, "/exports#1");

  const parcel = await screen.findByRole("article", { name: "Parcel" });
  await waitFor(() => expect(parcel.parentElement).toHaveFocus());
});
