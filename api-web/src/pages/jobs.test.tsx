/** The page of jobs: what they are, how they go on, what can be done with them, and what H.265 saves. */
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { act, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { Role } from "../gen/ronin/v1/auth_pb";
import {
  type CancelJobRequest,
  type Job,
  JobKind,
  JobState,
  type ListJobsRequest,
  type RetryJobRequest,
} from "../gen/ronin/v1/job_pb";
import { DAY_MS, dateTime, HOUR_MS, MINUTE_MS, timestampFromMs } from "../lib/time";
import { openApp } from "../test/app";
import { camera, fakeServer, JobFeed, jobOf, refusedFor, TOKEN } from "../test/fakeServer";

const START = new Date(2026, 0, 15, 8).getTime();
const at = (minutes: number) => timestampFromMs(START + minutes * MINUTE_MS);
const h265 = { after: durationFromMs(7 * DAY_MS) };
const YARD = camera({ id: "yard", displayName: "The yard" });
const CAMERAS = [camera(), YARD];

const transcode = {
  camera: "cameras/front-door",
  files: 12n,
  footage: durationFromMs(3 * HOUR_MS),
  bytesBefore: 3_000_000_000n,
  bytesAfter: 1_200_000_000n,
  work: durationFromMs((3 * HOUR_MS) / 3.2),
  encoder: "x265enc",
  left: [{ reason: "SAVES_TOO_LITTLE", count: 2n }],
};
const running = jobOf(3, {
  state: JobState.RUNNING,
  progressPercent: 41.7,
  attempts: 2,
  worker: "nvr (4711)",
  startTime: at(5),
  transcode,
});
const parcel = jobOf(2, {
  kind: JobKind.EXPORT,
  title: "Parcel",
  subject: "exports/2",
  state: JobState.SUCCEEDED,
  attempts: 1,
  worker: "nvr (4711)",
  createdBy: "anna",
  startTime: at(3),
  endTime: at(6),
});
const failed = jobOf(1, {
  kind: JobKind.EXPORT,
  title: "Long night",
  subject: "exports/1",
  state: JobState.FAILED,
  reason: "NOT_ENOUGH_SPACE",
  message: "the disk is full: delete older exports, or export less",
});

type Parts = Parameters<typeof fakeServer>[0];

/** The page, on a server that keeps these jobs. */
function open(stored: Job[], { job, path = "/jobs", ...parts }: Parts & { path?: string } = {}) {
  return openApp(
    fakeServer({
      cameras: CAMERAS,
      ...parts,
      job: { listJobs: () => ({ jobs: stored }), ...job },
    }),
    { path, token: TOKEN },
  );
}

const row = async (name: string) => within(await screen.findByRole("article", { name }));

describe("the list", () => {
  it("has jobs of every kind, with how they do and what they are about", async () => {
    open([running, parcel]);

    const list = await screen.findByRole("list", { name: "Jobs, newest first" });
    const titles = within(list).getAllByRole("heading", { level: 2 });
    await waitFor(() =>
      expect(titles.map(({ textContent }) => textContent)).toEqual([
        "H.265 of Front door",
        "Parcel",
      ]),
    );
    const door = await row("H.265 of Front door");
    expect(door.getByRole("status")).toHaveTextContent("H.265 of Front door: Running");
    expect(door.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "41");
    expect(door.getByRole("link", { name: "Front door" })).toHaveAttribute(
      "href",
      "/cameras/front-door",
    );
    expect(
      door.getByText(
        "12 files, 3 h of footage: 3.0 GB → 1.2 GB, 60 % less. 3.2× real time, with x265enc.",
      ),
    ).toBeVisible();
    expect(
      door.getByText("2 files stay as they were recorded: would save too little (2)."),
    ).toBeVisible();
    const began = dateTime(START + 5 * MINUTE_MS);
    expect(door.getByText(`Began ${began}. Attempt 2 of at most 5, by nvr (4711).`)).toBeVisible();
    expect(door.getByText(/^By the settings of the camera, /)).toBeVisible();

    const exported = await row("Parcel");
    expect(exported.getByRole("status")).toHaveTextContent("Parcel: Done");
    expect(exported.getByText(/took 3 min\. 1 attempt, by nvr \(4711\)\.$/)).toBeVisible();
    expect(exported.getByText(/^Asked for by anna, /)).toBeVisible();
    expect(exported.getByRole("link", { name: "Show the export" })).toHaveAttribute(
      "href",
      "/exports#2",
    );
    expect(exported.queryByRole("progressbar")).not.toBeInTheDocument();
  });

  it("goes on by itself, and takes in what is new", async () => {
    const jobFeed = new JobFeed();
    open([parcel], { jobFeed });
    await row("Parcel");

    act(() => jobFeed.changed(running));
    const door = await row("H.265 of Front door");
    expect(door.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "41");

    act(() => jobFeed.changed({ ...running, progressPercent: 80 }));
    await waitFor(() =>
      expect(door.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "80"),
    );
    act(() => jobFeed.changed({ ...running, state: JobState.SUCCEEDED }));
    await waitFor(() => expect(door.getByRole("status")).toHaveTextContent("Done"));
    expect(door.queryByRole("progressbar")).not.toBeInTheDocument();
  });

  it("shows what the URL says, and follows only that", async () => {
    const listJobs = vi.fn((_request: ListJobsRequest) => ({ jobs: [running] }));
    const jobFeed = new JobFeed();
    open([], { job: { listJobs }, jobFeed, path: "/jobs?kind=h265&state=running" });
    const door = await row("H.265 of Front door");
    expect(listJobs.mock.calls[0]?.[0]).toMatchObject({
      kinds: [JobKind.TRANSCODE],
      states: [JobState.RUNNING],
    });

    act(() => jobFeed.changed(parcel));
    act(() => jobFeed.changed({ ...running, progressPercent: 90 }));
    await waitFor(() =>
      expect(door.getByRole("progressbar")).toHaveAttribute("aria-valuenow", "90"),
    );
    expect(screen.queryByText("Parcel")).not.toBeInTheDocument();

    act(() => jobFeed.changed({ ...running, state: JobState.SUCCEEDED }));
    expect(await screen.findByRole("heading", { name: "No job fits" })).toBeVisible();
  });

  it("is filtered by kind and state, and shows all again", async () => {
    const listJobs = vi.fn(({ kinds }: ListJobsRequest) => ({
      jobs: kinds.length === 0 ? [running] : [],
    }));
    const { user, location } = open([], { job: { listJobs } });
    await row("H.265 of Front door");

    await user.click(screen.getByRole("combobox", { name: "Kind" }));
    await user.click(await screen.findByRole("option", { name: "Exports" }));
    await waitFor(() => expect(location()).toBe("/jobs?kind=export"));
    await user.click(screen.getByRole("combobox", { name: "State" }));
    await user.click(await screen.findByRole("option", { name: "Failed" }));
    await waitFor(() => expect(location()).toBe("/jobs?kind=export&state=failed"));

    await user.click(await screen.findByRole("button", { name: "Show all jobs" }));
    await row("H.265 of Front door");
    expect(location()).toBe("/jobs");
  });

  it("counts jobs, leads to those of a number, and says why some failed", async () => {
    const getJobStats = () => ({
      kinds: [
        {
          kind: JobKind.EXPORT,
          succeeded: 14n,
          failed: 2n,
          failures: [{ reason: "NOT_ENOUGH_SPACE", count: 2n }],
        },
        { kind: JobKind.TRANSCODE },
      ],
    });
    const { user, location } = open([failed], { job: { getJobStats } });

    const numbers = within(await screen.findByRole("region", { name: "In numbers" }));
    expect(numbers.getByText("Failed: The disk has no room for it (2).")).toBeVisible();
    expect(numbers.getByRole("link", { name: "14 done" })).toBeVisible();
    expect(numbers.queryByText("H.265")).not.toBeInTheDocument();
    await user.click(numbers.getByRole("link", { name: "2 failed" }));
    await waitFor(() => expect(location()).toBe("/jobs?kind=export&state=failed"));
  });

  it("shows more on demand", async () => {
    const listJobs = vi.fn(({ pageToken }: ListJobsRequest) =>
      pageToken === "" ? { jobs: [running], nextPageToken: "older" } : { jobs: [parcel] },
    );
    const { user } = open([], { job: { listJobs } });
    await row("H.265 of Front door");

    await user.click(screen.getByRole("button", { name: "Show more" }));

    await row("Parcel");
    expect(screen.getByText("These are all.")).toBeVisible();
    expect(listJobs.mock.calls.at(-1)?.[0].pageToken).toBe("older");
  });

  it("says how to make the first one, and is in the navigation", async () => {
    const { user, location } = open([]);

    expect(await screen.findByRole("heading", { name: "No jobs yet" })).toBeVisible();
    expect(screen.getByRole("link", { name: "Jobs" })).toHaveAttribute("aria-current", "page");
    await user.click(await screen.findByRole("link", { name: "Go to Footage" }));
    await waitFor(() => expect(location()).toBe("/footage"));
  });

  it("says when jobs cannot be listed", async () => {
    const listJobs = () => {
      throw refusedFor("DATABASE_AWAY", "the database does not answer");
    };
    open([], { job: { listJobs } });

    expect(await screen.findByRole("alert")).toHaveTextContent("The database does not answer.");
  });
});

describe("a job", () => {
  it("is stopped", async () => {
    const cancelJob = vi.fn((_request: CancelJobRequest) => ({
      job: { ...running, cancelling: true },
    }));
    const { user } = open([running], { job: { cancelJob } });
    const door = await row("H.265 of Front door");

    await user.click(await door.findByRole("button", { name: "Stop: H.265 of Front door" }));

    await waitFor(() => expect(door.getByRole("status")).toHaveTextContent("Stopping"));
    expect(cancelJob.mock.calls[0]?.[0].name).toBe("jobs/3");
    expect(door.getByRole("button", { name: /^Stop/ })).toBeDisabled();
  });

  it("that is over cannot be stopped, and says so", async () => {
    const cancelJob = () => {
      throw refusedFor("JOB_IS_OVER", "the job is done already: there is nothing to stop");
    };
    const { user } = open([running], { job: { cancelJob } });

    await user.click(await screen.findByRole("button", { name: /^Stop/ }));

    const notice = await screen.findByText("The job could not be stopped");
    expect(notice.parentElement).toHaveTextContent("The job is done already");
  });

  it("that failed says why and what to do, and is done once more", async () => {
    const waits = { ...failed, state: JobState.QUEUED, reason: "", message: "" };
    const retryJob = vi.fn((_request: RetryJobRequest) => ({ job: waits }));
    const { user } = open([failed], { job: { retryJob } });
    const night = await row("Long night");
    const why = night.getByRole("note");
    expect(why).toHaveTextContent("The disk has no room for it");
    expect(why).toHaveTextContent("The disk is full: delete older exports, or export less.");
    expect(within(why).getByRole("list", { name: "What to do" })).toBeVisible();

    await user.click(await night.findByRole("button", { name: "Try again: Long night" }));

    await waitFor(() => expect(night.getByRole("status")).toHaveTextContent("Waits for its turn"));
    expect(retryJob.mock.calls[0]?.[0].name).toBe("jobs/1");
    expect(night.queryByRole("note")).not.toBeInTheDocument();
  });

  it("is only looked at by viewers", async () => {
    open([running, failed], { role: Role.VIEWER });

    await screen.findByText("Viewer");
    await row("Long night");
    expect(screen.queryByRole("button", { name: /^(Stop|Try again)/ })).not.toBeInTheDocument();
  });
});

describe("H.265", () => {
  const path = "/jobs?view=h265";
  const savings = { job: { getJobStats: () => ({ transcodes: [transcode] }) }, path };

  it("shows what it saves, of all cameras and of each", async () => {
    const removed = {
      ...transcode,
      camera: "cameras/gone",
      encoder: "nvh265enc",
      left: [{ reason: "FILE_UNREADABLE", count: 1n }],
    };
    const getJobStats = () => ({ transcodes: [transcode, removed] });
    const { user, location } = open([], {
      ...savings,
      job: { getJobStats },
      path: "/jobs?state=failed",
      cameras: [camera({ record: { h265 } }), YARD],
    });
    await user.click(await screen.findByRole("tab", { name: "H.265 savings" }));
    expect(location()).toBe("/jobs?state=failed&view=h265");

    const total = await screen.findByRole("region", { name: "Savings" });
    for (const words of [
      "3.6 GB (60 %)",
      "6.0 GB → 2.4 GB",
      "24 files",
      "6 h",
      "3.2× real time",
      "x265enc, nvh265enc",
    ]) {
      expect(within(total).getByText(words)).toBeVisible();
    }
    const table = screen.getByRole("table", { name: "Savings by camera" });
    const door = await within(table).findByRole("row", { name: /^Front door/ });
    expect(door).toHaveTextContent("12 files3 h");
    expect(door).toHaveTextContent("1.8 GB (60 %)3.0 GB → 1.2 GB");
    expect(door).toHaveTextContent("3.2× real timex265enc");
    expect(door).toHaveTextContent(
      "2 files stay as they were recorded: would save too little (2).",
    );
    expect(within(table).getByRole("row", { name: /^gone removed/ })).toBeVisible();
    const left = screen.getByRole("list", { name: "Why files stay as they were recorded" });
    expect(left).toHaveTextContent(/Would save too little \(2 files\): the new file/);
    expect(left).toHaveTextContent(/Cannot be read whole \(1 file\): the recorded file/);
    const on = screen.getByRole("list", { name: "Cameras with H.265 switched on" });
    expect(on).toHaveTextContent("Front door: from 7 days on, quality: balanced");
    expect(within(on).getByRole("link")).toHaveAttribute("href", "/cameras/front-door/edit#h265");
  });

  it("says that nothing more is encoded where it is switched off", async () => {
    open([], savings);

    expect(await screen.findByText(/It is switched on for no camera/)).toBeVisible();
  });

  it("that is not switched on leads to where it is: of one of the cameras", async () => {
    const { user, location } = open([], { path });

    expect(
      await screen.findByRole("heading", { name: "No footage is encoded anew yet" }),
    ).toBeVisible();
    await user.click(await screen.findByRole("button", { name: "Recording settings of a camera" }));
    await user.click(await screen.findByRole("menuitem", { name: "The yard" }));

    await screen.findByRole("heading", { name: "Edit The yard" });
    await waitFor(() => expect(screen.getByRole("region", { name: "H.265" })).toHaveFocus());
    expect(location()).toBe("/cameras/yard/edit");
  });

  it("leads to the only camera", async () => {
    open([], { path, cameras: [camera()] });
    expect(
      await screen.findByRole("link", { name: "Recording settings of Front door" }),
    ).toHaveAttribute("href", "/cameras/front-door/edit#h265");
  });

  it("leads to adding a camera where there is none", async () => {
    open([], { path, cameras: [] });

    expect(await screen.findByRole("link", { name: "Add a camera" })).toHaveAttribute(
      "href",
      "/add-camera",
    );
  });

  it("tells others who can switch it on", async () => {
    open([], { path, role: Role.OPERATOR });

    await screen.findByText("Operator");
    expect(await screen.findByText(/An administrator switches it on/)).toBeVisible();
    expect(screen.queryByRole("button", { name: /^Recording settings/ })).not.toBeInTheDocument();
  });

  it("that waits for files to get old says so", async () => {
    open([], { path, cameras: [camera({ record: { h265 } })] });

    expect(await screen.findByRole("heading", { name: "Nothing is encoded yet" })).toBeVisible();
    expect(screen.getByText(/from 7 days on/)).toBeVisible();
  });

  it("says when it cannot be asked for", async () => {
    const getJobStats = () => {
      throw refusedFor("DATABASE_AWAY", "the database does not answer");
    };
    open([], { path, job: { getJobStats } });

    expect(await screen.findByRole("alert")).toHaveTextContent("The database does not answer.");
  });
});
