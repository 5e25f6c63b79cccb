/** Jobs in words. */
import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { JobKind, JobKindStatsSchema, JobState } from "../gen/ronin/v1/job_pb";
import { jobOf } from "../test/fakeServer";
import {
  askedWords,
  attemptWords,
  earlierFailure,
  failuresWords,
  jobCounts,
  jobFailure,
  jobStateWords,
  jobTitle,
  kindWords,
  subjectLink,
  timesWords,
} from "./jobs";
import { clockTime, dateTime, MINUTE_MS, timestampFromMs } from "./time";

const NAMES = new Map([["cameras/front-door", "Front door"]]);
const START = new Date(2026, 0, 15, 8).getTime();
const at = (minutes: number) => timestampFromMs(START + minutes * MINUTE_MS);

describe("what a job is about", () => {
  it.each([
    [jobOf(1), "H.265 of Front door"],
    [jobOf(1, { subject: "cameras/gone" }), "H.265 of gone"],
    [jobOf(1, { title: "Front door, last week" }), "Front door, last week"],
    [jobOf(1, { kind: JobKind.EXPORT, subject: "exports/1" }), "Export"],
  ])("%# is called by its title, or by its camera", (job, title) => {
    expect(jobTitle(job, NAMES)).toBe(title);
  });

  it("leads to its camera or its export, where there is one", () => {
    expect(subjectLink(jobOf(1), NAMES)).toEqual({
      to: "/cameras/front-door",
      label: "Front door",
    });
    expect(subjectLink(jobOf(1, { subject: "cameras/gone" }), NAMES)).toBeUndefined();
    expect(subjectLink(jobOf(1, { subject: "exports/7" }), NAMES)?.to).toBe("/exports#7");
    expect(subjectLink(jobOf(1, { subject: "" }), NAMES)).toBeUndefined();
  });

  it("has words for a kind that is not known here", () => {
    expect(kindWords(99 as JobKind)).toBe("Other work");
  });
});

describe("how a job does", () => {
  it("says that it stops while its worker has not heard", () => {
    const job = jobOf(1, { state: JobState.RUNNING, cancelling: true });

    expect(jobStateWords(job).label).toBe("Stopping");
    expect(jobStateWords({ ...job, state: JobState.CANCELLED }).label).toBe("Stopped");
  });

  it("calls what is done as it is told to", () => {
    const job = jobOf(1, { state: JobState.SUCCEEDED });

    expect(jobStateWords(job)).toEqual({ label: "Done", tone: "good" });
    expect(jobStateWords(job, "Ready").label).toBe("Ready");
    expect(jobStateWords(undefined).label).toBe("Unknown");
  });

  it("says when it began, or ended and how long it took", () => {
    const running = jobOf(1, { state: JobState.RUNNING, startTime: at(1) });
    const over = { ...running, state: JobState.SUCCEEDED, endTime: at(4) };
    const stopped = jobOf(1, { state: JobState.CANCELLED, endTime: at(4) });

    expect(timesWords(jobOf(1))).toBeUndefined();
    expect(timesWords(running)).toBe(`Began ${dateTime(START + MINUTE_MS)}.`);
    expect(timesWords(over)).toBe(`Ended ${dateTime(START + 4 * MINUTE_MS)}, took 3 min.`);
    expect(timesWords(stopped)).toBe(`Ended ${dateTime(START + 4 * MINUTE_MS)}.`);
  });

  it("counts attempts, and names the worker", () => {
    const job = jobOf(1, { attempts: 2, worker: "nvr (4711)", state: JobState.RUNNING });

    expect(attemptWords(jobOf(1))).toBeUndefined();
    expect(attemptWords(job)).toBe("Attempt 2 of at most 5, by nvr (4711).");
    expect(attemptWords({ ...job, state: JobState.FAILED })).toBe("2 attempts, by nvr (4711).");
    expect(attemptWords({ ...job, attempts: 1, worker: "", state: JobState.SUCCEEDED })).toBe(
      "1 attempt.",
    );
  });

  it("says who asked for it", () => {
    const time = dateTime(START + MINUTE_MS);

    const exported = jobOf(1, { kind: JobKind.EXPORT, createdBy: "anna" });

    expect(askedWords(exported)).toBe(`Asked for by anna, ${time}`);
    expect(askedWords({ ...exported, createdBy: "" })).toBe(`Made by the server, ${time}`);
    expect(askedWords(jobOf(1, { createdBy: "policy" }))).toBe(
      `By the settings of the camera, ${time}`,
    );
  });
});

describe("what went wrong", () => {
  const message = "could not read the footage: i/o error";

  it("with the attempt before, and when the next one is", () => {
    const words = `The attempt before did not work: Could not read the footage: i/o error. It is tried again at ${clockTime(START)}.`;

    expect(earlierFailure(jobOf(1, { message, retryTime: at(0) }))).toBe(words);
    expect(earlierFailure(jobOf(1))).toBeUndefined();
    expect(earlierFailure(jobOf(1, { message, state: JobState.FAILED }))).toBeUndefined();
  });

  it("with all of it, and what to do", () => {
    const failed = jobOf(1, { state: JobState.FAILED, reason: "ENCODER_FAILED", message });

    expect(jobFailure(failed, "It could not be done")).toEqual({
      title: "The encoder does not work",
      message: "Could not read the footage: i/o error.",
      whatToDo: [expect.stringContaining("System")],
    });
    expect(jobFailure({ ...failed, reason: "NEW" }, "It could not be done")?.title).toBe(
      "It could not be done",
    );
    expect(jobFailure(jobOf(1, { message }), "")).toBeUndefined();
  });
});

describe("numbers", () => {
  const stats = create(JobKindStatsSchema, {
    kind: JobKind.EXPORT,
    queued: 1n,
    succeeded: 14n,
    failed: 4n,
    failures: [
      { reason: "NOT_ENOUGH_SPACE", count: 2n },
      { reason: "DATABASE_FAILED", count: 1n },
      { reason: "", count: 1n },
    ],
  });

  it("are those of the states in which there are jobs", () => {
    expect(jobCounts(stats).map(({ words }) => words)).toEqual([
      "1 waiting",
      "14 done",
      "4 failed",
    ]);
  });

  it("say why jobs failed", () => {
    expect(failuresWords(stats)).toBe(
      "The disk has no room for it (2), Database failed (1), Not known why (1)",
    );
    expect(failuresWords(create(JobKindStatsSchema))).toBe("");
  });
});
