/** Why an event was made, or was not, in words. */
import type { ObjectRule } from "../gen/ronin/v1/camera_pb";
import { DetectionGate, EventCheckKind } from "../gen/ronin/v1/event_pb";
import { labelWords, scoreWords } from "./events";
import { count } from "./units";

const GATES: Readonly<Record<DetectionGate, string>> = {
  [DetectionGate.UNSPECIFIED]: "The server does not say.",
  [DetectionGate.MOTION]: "Something moved in the picture.",
  [DetectionGate.RECENT]: "Something had been seen in the seconds before.",
  [DetectionGate.SWEEP]:
    "Nothing moved, and nothing had been seen: once in a while the whole picture is looked at all the same.",
};

const CHECKS: Readonly<Record<EventCheckKind, string>> = {
  [EventCheckKind.UNSPECIFIED]: "Other",
  [EventCheckKind.SCORE]: "Score",
  [EventCheckKind.SIZE]: "Size",
  [EventCheckKind.PERSISTENCE]: "Seen long enough",
  [EventCheckKind.MOVEMENT]: "Movement",
  [EventCheckKind.ZONE]: "Zone",
  [EventCheckKind.SCHEDULE]: "Schedule",
};

/** A server that is newer than this page may send gates that are not known here. */
export function gateWords(gate: DetectionGate): string {
  return GATES[gate] ?? GATES[DetectionGate.UNSPECIFIED];
}

export function checkWords(kind: EventCheckKind): string {
  return CHECKS[kind] ?? CHECKS[EventCheckKind.UNSPECIFIED];
}

/** "Person: the model at least 50 % sure, on 0.1 % to 80 % of the picture" */
export function ruleWords({ label, minScore, minArea, maxArea }: ObjectRule): string {
  const least = areaWords(minArea);
  const most = areaWords(maxArea === 0 ? 1 : maxArea);
  return `${labelWords(label)}: the model at least ${scoreWords(minScore)} sure, on ${least} to ${most} of the picture`;
}

/** Parts of the picture are small: "0.15 %". */
function areaWords(share: number): string {
  return `${(share * 100).toLocaleString(undefined, { maximumFractionDigits: 2 })} %`;
}

/** "In 9 of the 12 pictures that were looked at" */
export function picturesWords(seen: number, lookedAt: number): string {
  const of =
    lookedAt === 1 ? "the 1 picture that was" : `the ${count(lookedAt)} pictures that were`;
  return `In ${count(seen)} of ${of} looked at`;
}
