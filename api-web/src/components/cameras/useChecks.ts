/**
 * Tries the sources of a camera, both at once; one that fails does not hide the other.
 *
 * Not here: the call (`api/probe`) and how the outcome is drawn (`StreamCheck`).
 */
import { useEffect, useRef, useState } from "react";
import { describeError, type ErrorWords, isCanceled } from "../../api/errors";
import type { ProbeCameraResponse, Source } from "../../gen/ronin/v1/camera_pb";
import { type CameraValues, connectionKey, type SourceKey, streamOf } from "../../lib/cameraForm";

export type CheckState =
  | { kind: "untried" }
  /** `before`: what the last check failed with, where it did. */
  | { kind: "trying"; before: ErrorWords | undefined }
  | { kind: "found"; result: ProbeCameraResponse }
  | { kind: "failed"; words: ErrorWords };

/** The outcome for one source, and whether that is still what the form describes. */
export interface Check {
  state: CheckState;
  isCurrent: boolean;
}

/** Tries a source; fails with an error of the API. */
export type OnProbe = (source: Source, signal: AbortSignal) => Promise<ProbeCameraResponse>;

interface Noted {
  /** The connection it is about. */
  of: string;
  state: CheckState;
}

const UNTRIED: Noted = { of: "", state: { kind: "untried" } };
const KEYS: readonly SourceKey[] = ["main", "sub"];

export interface Checks {
  main: Check;
  /** Undefined where the form describes no sub stream. */
  sub: Check | undefined;
  isTrying: boolean;
  /** Tries every source of `values`; what was under way is given up. */
  check: (values: CameraValues) => void;
  /** The same, but only where the last check was about something else or did not end well. */
  checkIfNeeded: (values: CameraValues) => void;
  cancel: () => void;
  /** Main and sub stream were exchanged. */
  swap: () => void;
}

export function useChecks(values: CameraValues, onProbe: OnProbe): Checks {
  const [noted, setNoted] = useState<Record<SourceKey, Noted>>({ main: UNTRIED, sub: UNTRIED });
  const running = useRef<AbortController | undefined>(undefined);
  // Who leaves the page waits for no answer, and the server need not either.
  useEffect(() => () => running.current?.abort(), []);

  const note = (key: SourceKey, next: Noted) => setNoted((old) => ({ ...old, [key]: next }));

  const tryOne = async (key: SourceKey, source: Source, of: string, abort: AbortController) => {
    setNoted((old) => ({ ...old, [key]: { of, state: trying(old[key].state) } }));
    try {
      const result = await onProbe(source, abort.signal);
      if (!abort.signal.aborted) {
        note(key, { of, state: { kind: "found", result } });
      }
    } catch (error) {
      if (!abort.signal.aborted && !isCanceled(error)) {
        note(key, { of, state: { kind: "failed", words: describeError(error) } });
      }
    }
  };

  const check = (next: CameraValues) => {
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    for (const key of KEYS) {
      const source = streamOf(next, key);
      if (source === undefined) {
        note(key, UNTRIED);
      } else {
        void tryOne(key, source, connectionKey(next, key), abort);
      }
    }
  };

  const isSettled = (next: CameraValues, key: SourceKey) =>
    streamOf(next, key) === undefined ||
    (noted[key].of === connectionKey(next, key) &&
      (noted[key].state.kind === "found" || noted[key].state.kind === "trying"));

  const view = (key: SourceKey): Check => ({
    state: noted[key].state,
    isCurrent: noted[key].of === connectionKey(values, key),
  });

  return {
    main: view("main"),
    sub: streamOf(values, "sub") && view("sub"),
    isTrying: KEYS.some((key) => noted[key].state.kind === "trying"),
    check,
    checkIfNeeded: (next) => {
      if (!KEYS.every((key) => isSettled(next, key))) {
        check(next);
      }
    },
    cancel: () => {
      running.current?.abort();
      setNoted((old) => ({ main: given(old.main), sub: given(old.sub) }));
    },
    swap: () => setNoted(({ main, sub }) => ({ main: sub, sub: main })),
  };
}

/** What was found, where that is still what the form describes. */
export function foundOf(check: Check | undefined): ProbeCameraResponse | undefined {
  return check?.isCurrent && check.state.kind === "found" ? check.state.result : undefined;
}

/** Whether the source was looked for in vain as the form describes it. */
export function isMissing(check: Check | undefined): boolean {
  return check?.isCurrent === true && check.state.kind === "failed";
}

/** What a source failed with last, also while it is tried again. */
export function failureOf(check: Check | undefined): ErrorWords | undefined {
  switch (check?.state.kind) {
    case "failed":
      return check.state.words;
    case "trying":
      return check.state.before;
    default:
      return undefined;
  }
}

function trying(before: CheckState): CheckState {
  const words = before.kind === "failed" ? before.words : undefined;
  return { kind: "trying", before: before.kind === "trying" ? before.before : words };
}

/** As before the check that was given up. */
function given(old: Noted): Noted {
  return old.state.kind === "trying" ? UNTRIED : old;
}
