/** Which jobs a list shows: in the URL, and for one job. */
import { type Job, JobKind, JobState } from "../gen/ronin/v1/job_pb";

/** Which jobs a list shows; an empty part: all. */
export interface JobFilter {
  kinds: readonly JobKind[];
  states: readonly JobState[];
}

export const EVERY_JOB: JobFilter = { kinds: [], states: [] };

export interface Choice<Value> {
  value: Value;
  /** As the URL names it. */
  key: string;
  label: string;
}

/** The kinds to choose from. */
export const JOB_KINDS: readonly Choice<JobKind>[] = [
  { value: JobKind.EXPORT, key: "export", label: "Exports" },
  { value: JobKind.TRANSCODE, key: "h265", label: "H.265" },
];

/** The states to choose from, in the order in which a job passes them. */
export const JOB_STATES: readonly Choice<JobState>[] = [
  { value: JobState.QUEUED, key: "waiting", label: "Waiting" },
  { value: JobState.RUNNING, key: "running", label: "Running" },
  { value: JobState.SUCCEEDED, key: "done", label: "Done" },
  { value: JobState.FAILED, key: "failed", label: "Failed" },
  { value: JobState.CANCELLED, key: "stopped", label: "Stopped" },
];

/** The filter of a URL; what cannot be read in it counts as not there. */
export function parseJobFilter(params: URLSearchParams): JobFilter {
  const chosen = <Value>(key: string, choices: readonly Choice<Value>[]) => {
    const keys = params.getAll(key);
    return choices.filter((choice) => keys.includes(choice.key)).map(({ value }) => value);
  };
  return { kinds: chosen("kind", JOB_KINDS), states: chosen("state", JOB_STATES) };
}

/** The URL with another filter; what else is in it stays. */
export function withJobFilter(params: URLSearchParams, filter: JobFilter): URLSearchParams {
  const next = new URLSearchParams(params);
  const put = <Value>(key: string, choices: readonly Choice<Value>[], chosen: readonly Value[]) => {
    next.delete(key);
    for (const choice of choices) {
      if (chosen.includes(choice.value)) {
        next.append(key, choice.key);
      }
    }
  };
  put("kind", JOB_KINDS, filter.kinds);
  put("state", JOB_STATES, filter.states);
  return next;
}

export function isFiltered({ kinds, states }: JobFilter): boolean {
  return kinds.length > 0 || states.length > 0;
}

/** Whether the server would list the job: for those that change while the list is shown. */
export function matchesJob(job: Job, { kinds, states }: JobFilter): boolean {
  return (
    (kinds.length === 0 || kinds.includes(job.kind)) &&
    (states.length === 0 || states.includes(job.state))
  );
}
