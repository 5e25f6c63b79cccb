/**
 * When footage of a camera is encoded anew as H.265, as a form holds it: from the policy, to one,
 * what is wrong in it; and the policy in words. Pure.
 *
 * Errors are by the form's names, as "h265.after". Not here: hours of a week (`schedule`), what came
 * of it (`savings`).
 */
import { create, equals } from "@bufbuild/protobuf";
import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import {
  type Camera,
  type H265Policy,
  H265PolicySchema,
  H265Quality,
} from "../gen/ronin/v1/camera_pb";
import type { FieldErrors } from "./cameraErrors";
import {
  newSchedule,
  type ScheduleValues,
  scheduleOf,
  scheduleProblems,
  scheduleValues,
} from "./schedule";
import { DAY_MS, duration, HOUR_MS } from "./time";
import { daysWords } from "./volumes";

export type QualityKey = "high" | "balanced" | "small";
export type AgeUnit = "days" | "hours";

export interface H265Values {
  isOn: boolean;
  /** Age of a file from which on it is encoded, in `unit`. */
  after: number | "";
  unit: AgeUnit;
  quality: QualityKey;
  /** Percent. */
  saving: number | "";
  isAlways: boolean;
  /** Kept while it is switched off. */
  schedule: ScheduleValues;
}

export const QUALITIES: readonly { value: QualityKey; label: string; words: string }[] = [
  { value: "high", label: "High", words: "Nobody sees a difference; saves least." },
  { value: "balanced", label: "Balanced", words: "Small differences in what is fine and moves." },
  { value: "small", label: "Small", words: "Softer; saves most." },
];

const WIRE: Record<QualityKey, H265Quality> = {
  high: H265Quality.HIGH,
  balanced: H265Quality.BALANCED,
  small: H265Quality.SMALL,
};
const UNIT_MS: Record<AgeUnit, number> = { days: DAY_MS, hours: HOUR_MS };
/** As old as the server takes. */
const AGE_MAX_DAYS = 3650;
/** A week: what is of interest is looked at as it was recorded. */
const USUAL_DAYS = 7;
const USUAL_SAVING = 15;
const SAVING_MAX = 90;

/** What a form holds of a policy; of none: switched off, and what is usual once it is on. */
export function h265Values(policy: H265Policy | undefined): H265Values {
  if (policy === undefined) {
    return {
      isOn: false,
      after: USUAL_DAYS,
      unit: "days",
      quality: "balanced",
      saving: USUAL_SAVING,
      isAlways: true,
      schedule: newSchedule(),
    };
  }
  const ms = afterMs(policy);
  const unit = ms % DAY_MS === 0 && ms > 0 ? "days" : "hours";
  return {
    isOn: true,
    after: ms / UNIT_MS[unit],
    unit,
    quality: qualityOf(policy),
    saving: policy.minimumSavingPercent || USUAL_SAVING,
    isAlways: policy.schedule === undefined,
    schedule: policy.schedule ? scheduleValues(policy.schedule) : newSchedule(),
  };
}

/** The policy that a form describes; undefined: never. */
export function h265Of(values: H265Values): H265Policy | undefined {
  if (!values.isOn) {
    return undefined;
  }
  return create(H265PolicySchema, {
    after: durationFromMs(Math.round(ageMs(values))),
    quality: WIRE[values.quality],
    minimumSavingPercent: Number(values.saving || 0),
    ...(!values.isAlways && { schedule: scheduleOf(values.schedule) }),
  });
}

export function sameH265(a: H265Policy | undefined, b: H265Policy | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equals(H265PolicySchema, a, b);
}

/** What can be seen to be wrong before the server is asked. */
export function h265Problems(values: H265Values): FieldErrors {
  const errors: FieldErrors = {};
  if (!values.isOn) {
    return errors;
  }
  const { after, saving } = values;
  if (after === "" || after < 0 || ageMs(values) > AGE_MAX_DAYS * DAY_MS) {
    errors["h265.after"] = `Give an age of 0 to ${AGE_MAX_DAYS} days.`;
  }
  if (saving === "" || !Number.isInteger(saving) || saving < 1 || saving > SAVING_MAX) {
    errors["h265.saving"] = `Give 1 to ${SAVING_MAX} %.`;
  }
  if (!values.isAlways) {
    for (const [field, problem] of Object.entries(scheduleProblems(values.schedule))) {
      errors[`h265.${field}`] = problem;
    }
  }
  return errors;
}

/** The form's field of one that the server refused, "record.h265.after"; undefined: it is none of these. */
export function h265Field(path: string): string | undefined {
  const match = /^(?:camera\.)?record\.h265(?:\.(.+))?$/.exec(path);
  if (match === null) {
    return undefined;
  }
  const [, field = ""] = match;
  const schedule = /^schedule\.(?:time_zone|hours(?:\[\d+\])?)/.exec(field)?.[0];
  if (schedule !== undefined) {
    return `h265.${schedule}`;
  }
  const plain: Readonly<Record<string, string>> = {
    after: "h265.after",
    minimum_saving_percent: "h265.saving",
    quality: "h265.quality",
    schedule: "h265.schedule.hours",
  };
  return plain[field] ?? "h265.isOn";
}

/**
 * Why nothing would be encoded: footage is deleted before it is old enough. `keptDays`: the limit of
 * age that holds for the camera; 0 or undefined: none.
 */
export function tooLateWords(values: H265Values, keptDays: number | undefined): string | undefined {
  return values.isOn && values.after !== "" && keptDays && ageMs(values) >= keptDays * DAY_MS
    ? `Footage of this camera is deleted when it is ${daysWords(keptDays)} old: nothing gets old enough to be encoded.`
    : undefined;
}

/** "from 7 days on, quality: small, at set times" */
export function policyWords(policy: H265Policy): string {
  const ms = afterMs(policy);
  const quality = QUALITIES.find(({ value }) => value === qualityOf(policy))?.label ?? "";
  return [
    ms === 0 ? "as soon as it is recorded" : `from ${ageWords(ms)} on`,
    `quality: ${quality.toLowerCase()}`,
    ...(policy.schedule ? ["at set times"] : []),
  ].join(", ");
}

/** The place in a camera's settings where it is switched on. */
export const H265_ANCHOR = "h265";

/** Where it is switched on for a camera, by id. */
export function h265Path(id: string): string {
  return `/cameras/${id}/edit#${H265_ANCHOR}`;
}

/** Those whose footage is encoded anew. */
export function withH265(cameras: readonly Camera[]): { camera: Camera; policy: H265Policy }[] {
  return cameras.flatMap((camera) => {
    const policy = camera.record?.h265;
    return policy === undefined ? [] : [{ camera, policy }];
  });
}

function ageWords(ms: number): string {
  return ms < HOUR_MS ? duration(ms) : daysWords(ms / DAY_MS);
}

function ageMs({ after, unit }: H265Values): number {
  return Number(after || 0) * UNIT_MS[unit];
}

function afterMs({ after }: H265Policy): number {
  return after === undefined ? 0 : durationMs(after);
}

function qualityOf({ quality }: H265Policy): QualityKey {
  const known = (["high", "small"] as const).find((key) => WIRE[key] === quality);
  return known ?? "balanced";
}
