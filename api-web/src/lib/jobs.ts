/**
 * Jobs in words: what they are about, how they do, what went wrong.
 *
 * Not here: which of them a list shows (`jobFilter`), asking for them (`api/jobs`), what came of
 * files that were encoded anew (`savings`).
 */
import { asSentence, type ErrorWords, faultAdvice, faultTitle } from "../api/errors";
import { type Job, JobKind, type JobKindStats, JobState } from "../gen/ronin/v1/job_pb";
import type { StateWords } from "./cameraWords";
import { cameraIdOf } from "./events";
import { clockTime, dateTime, duration, timestampMs } from "./time";
import { count } from "./units";

/** As many as the server makes before a job has failed. */
const ATTEMPTS_MAX = 5;

/** Names of cameras by "cameras/{id}". */
type Names = ReadonlyMap<string, string>;

const KINDS: Readonly<Record<JobKind, string>> = {
  [JobKind.UNSPECIFIED]: "Other work",
  [JobKind.EXPORT]: "Export",
  [JobKind.TRANSCODE]: "H.265",
};

const STATES: Readonly<Record<JobState, StateWords>> = {
  [JobState.UNSPECIFIED]: { label: "Unknown", tone: "off" },
  [JobState.QUEUED]: { label: "Waits for its turn", tone: "busy" },
  [JobState.RUNNING]: { label: "Running", tone: "busy" },
  [JobState.SUCCEEDED]: { label: "Done", tone: "good" },
  [JobState.FAILED]: { label: "Failed", tone: "trouble" },
  [JobState.CANCELLED]: { label: "Stopped", tone: "off" },
};

/** A server that is newer than this page may send kinds that are not known here. */
export function kindWords(kind: JobKind): string {
  return KINDS[kind] ?? KINDS[JobKind.UNSPECIFIED];
}

export function jobState(job: Job | undefined): JobState {
  return job?.state ?? JobState.UNSPECIFIED;
}

/** `done` is what those are called that succeeded. */
export function jobStateWords(job: Job | undefined, done = "Done"): StateWords {
  if (isUnderWay(job) && job?.cancelling) {
    return { label: "Stopping", tone: "busy" };
  }
  const words = STATES[jobState(job)] ?? STATES[JobState.UNSPECIFIED];
  return jobState(job) === JobState.SUCCEEDED ? { ...words, label: done } : words;
}

/** Whether there is more to come of it. */
export function isUnderWay(job: Job | undefined): boolean {
  const state = jobState(job);
  return state === JobState.QUEUED || state === JobState.RUNNING;
}

/** Whether it can be done once more. */
export function isRetryable(job: Job | undefined): boolean {
  const state = jobState(job);
  return state === JobState.FAILED || state === JobState.CANCELLED;
}

/** Its name; of one that has none, what it is about. */
export function jobTitle(job: Job, names: Names): string {
  if (job.title !== "") {
    return job.title;
  }
  const camera = jobCamera(job);
  return camera === undefined
    ? kindWords(job.kind)
    : `${kindWords(job.kind)} of ${names.get(camera) ?? cameraIdOf(camera)}`;
}

/** The camera that it is about, "cameras/{id}"; undefined where it is about none or several. */
export function jobCamera({ subject }: Job): string | undefined {
  return subject.startsWith("cameras/") ? subject : undefined;
}

/** Where what it is about is shown; undefined where that is nowhere, or gone. */
export function subjectLink(job: Job, names: Names): { to: string; label: string } | undefined {
  const { subject } = job;
  const camera = jobCamera(job);
  if (camera !== undefined) {
    const name = names.get(camera);
    return name === undefined ? undefined : { to: `/cameras/${cameraIdOf(camera)}`, label: name };
  }
  return subject.startsWith("exports/")
    ? { to: `/exports#${exportId(subject)}`, label: "Show the export" }
    : undefined;
}

/** "exports/{id}" → its id, by which its row on the page of exports is found. */
export function exportId(name: string): string {
  return name.replace(/^exports\//, "");
}

/** "Asked for by anna, 22 Nov 2026, 14:05:09" */
export function askedWords({ kind, createdBy, createTime }: Job): string {
  const ms = timestampMs(createTime);
  const by =
    kind === JobKind.TRANSCODE
      ? // Nobody asks for these one by one.
        "By the settings of the camera"
      : createdBy === ""
        ? "Made by the server"
        : `Asked for by ${createdBy}`;
  return ms === undefined ? by : `${by}, ${dateTime(ms)}`;
}

/** When it began and ended: "Ended 22 Nov 2026, 14:05:09, took 3 min."; undefined before it began. */
export function timesWords(job: Job): string | undefined {
  const startMs = timestampMs(job.startTime);
  const endMs = timestampMs(job.endTime);
  if (!isUnderWay(job) && endMs !== undefined) {
    // One that was stopped before its turn took none.
    const took = startMs === undefined ? "" : `, took ${duration(endMs - startMs)}`;
    return `Ended ${dateTime(endMs)}${took}.`;
  }
  return jobState(job) === JobState.RUNNING && startMs !== undefined
    ? `Began ${dateTime(startMs)}.`
    : undefined;
}

/** "Attempt 2 of at most 5, by nvr (4711)."; undefined before the first. */
export function attemptWords(job: Job): string | undefined {
  const { attempts, worker } = job;
  if (attempts === 0) {
    return undefined;
  }
  const by = worker === "" ? "" : `, by ${worker}`;
  if (isUnderWay(job)) {
    return `Attempt ${attempts} of at most ${ATTEMPTS_MAX}${by}.`;
  }
  return `${attempts === 1 ? "1 attempt" : `${attempts} attempts`}${by}.`;
}

/** What went wrong with an attempt while there are more; undefined where nothing did. */
export function earlierFailure(job: Job | undefined): string | undefined {
  const { message = "", retryTime } = job ?? {};
  if (!isUnderWay(job) || message === "") {
    return undefined;
  }
  const retryMs = timestampMs(retryTime);
  const next = retryMs === undefined ? "" : ` It is tried again at ${clockTime(retryMs)}.`;
  return `The attempt before did not work: ${asSentence(message)}${next}`;
}

export type Failure = Pick<ErrorWords, "title" | "message" | "whatToDo">;

/** Why it failed and what to do; undefined where it did not. */
export function jobFailure(job: Job | undefined, otherwise: string): Failure | undefined {
  if (jobState(job) !== JobState.FAILED) {
    return undefined;
  }
  const { reason = "", message = "" } = job ?? {};
  return {
    title: faultTitle(reason, otherwise),
    message: asSentence(message),
    whatToDo: faultAdvice(reason),
  };
}

/** How many jobs of a kind there are in one state. */
export interface JobCount {
  state: JobState;
  /** "3 failed" */
  words: string;
}

/** The states in which there are jobs of a kind. */
export function jobCounts(stats: JobKindStats): JobCount[] {
  const all: readonly (readonly [JobState, bigint, string])[] = [
    [JobState.QUEUED, stats.queued, "waiting"],
    [JobState.RUNNING, stats.running, "running"],
    [JobState.SUCCEEDED, stats.succeeded, "done"],
    [JobState.FAILED, stats.failed, "failed"],
    [JobState.CANCELLED, stats.cancelled, "stopped"],
  ];
  return all
    .filter(([, number]) => number > 0n)
    .map(([state, number, words]) => ({ state, words: `${count(number)} ${words}` }));
}

/** "The disk has no room for it (2), The span is too long (1)"; empty where none failed. */
export function failuresWords({ failures }: JobKindStats): string {
  return failures
    .map((one) => `${faultTitle(one.reason, plainWords(one.reason))} (${count(one.count)})`)
    .join(", ");
}

/** "DATABASE_FAILED" → "Database failed": for reasons that this page has no words for. */
function plainWords(reason: string): string {
  const words = reason.toLowerCase().replaceAll("_", " ");
  return words === "" ? "Not known why" : words.charAt(0).toUpperCase() + words.slice(1);
}
