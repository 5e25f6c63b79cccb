/** Which jobs a list shows. */
import { expect, it } from "vitest";
import { JobKind, JobState } from "../gen/ronin/v1/job_pb";
import { jobOf } from "../test/fakeServer";
import { EVERY_JOB, isFiltered, matchesJob, parseJobFilter, withJobFilter } from "./jobFilter";

const FILTER = {
  kinds: [JobKind.TRANSCODE],
  states: [JobState.QUEUED, JobState.RUNNING],
};

it("is in the URL, beside what else is there", () => {
  const url = withJobFilter(new URLSearchParams("view=h265&kind=export"), FILTER);

  expect(url.toString()).toBe("view=h265&kind=h265&state=waiting&state=running");
  expect(parseJobFilter(url)).toEqual(FILTER);
  expect(withJobFilter(url, EVERY_JOB).toString()).toBe("view=h265");
});

it("leaves out what it does not know", () => {
  const filter = parseJobFilter(new URLSearchParams("kind=coffee&state=done&state="));

  expect(filter).toEqual({ kinds: [], states: [JobState.SUCCEEDED] });
  expect(isFiltered(filter)).toBe(true);
  expect(isFiltered(EVERY_JOB)).toBe(false);
});

it.each([
  [JobKind.TRANSCODE, JobState.RUNNING, true],
  [JobKind.TRANSCODE, JobState.FAILED, false],
  [JobKind.EXPORT, JobState.RUNNING, false],
])("fits a job of kind %i in state %i: %s", (kind, state, fits) => {
  expect(matchesJob(jobOf(1, { kind, state }), FILTER)).toBe(fits);
  expect(matchesJob(jobOf(1, { kind, state }), EVERY_JOB)).toBe(true);
});
