/** How replays do, in words. Pure. */
import { type Replay, ReplayState } from "../gen/ronin/v1/detection_pb";
import type { Event } from "../gen/ronin/v1/event_pb";
import { count } from "./units";

const STATES: Readonly<Record<ReplayState, string>> = {
  [ReplayState.UNSPECIFIED]: "Unknown",
  [ReplayState.QUEUED]: "Waits for its turn",
  [ReplayState.RUNNING]: "Runs",
  [ReplayState.SUCCEEDED]: "Done",
  [ReplayState.FAILED]: "Failed",
  [ReplayState.CANCELLED]: "Stopped",
};

export function replayStateWords({ state }: Replay): string {
  return STATES[state] ?? STATES[ReplayState.UNSPECIFIED];
}

/** Whether there is more to come of it. */
export function isRunning({ state }: Replay): boolean {
  return state === ReplayState.QUEUED || state === ReplayState.RUNNING;
}

/** "1 800 pictures looked at, 240 of them by the detector, 12 times as fast as they were taken." */
export function replayWorkWords({ pictures, picturesDetected, speed }: Replay): string {
  const all = pictures === 1n ? "1 picture" : `${count(pictures)} pictures`;
  const fast =
    speed > 0 ? `, ${speed.toFixed(speed < 10 ? 1 : 0)} times as fast as they were taken` : "";
  return `${all} looked at, ${count(picturesDetected)} of them by the detector${fast}.`;
}

/** The events that it made and that were not recorded. */
export function newEvents({ events, eventsNew }: Replay): Event[] {
  return eventsNew.flatMap((index) => events[index] ?? []);
}
