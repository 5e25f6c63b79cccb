/**
 * What is looked for in a camera's pictures, as the page holds it: from the settings, to a request,
 * what is wrong in it, and where a refused field is shown.
 *
 * Errors are by the server's names of fields below "detect", as "zones[0].name". Not here: hours of a
 * week (`schedule`), edges of polygons (`polygon`), and the calls (`pages`).
 */
import { create, equals } from "@bufbuild/protobuf";
import { durationFromMs, durationMs } from "@bufbuild/protobuf/wkt";
import type { FieldViolation } from "../api/errors";
import { type Camera, type DetectSettings, DetectSettingsSchema } from "../gen/ronin/v1/camera_pb";
import type { Polygon } from "../gen/ronin/v1/geometry_pb";
import type { FieldErrors } from "./cameraErrors";
import { SENSITIVITIES, type Sensitivity, sensitivityOf } from "./cameraForm";
import { type Point, polygonProblem } from "./polygon";
import {
  newSchedule,
  type ScheduleValues,
  scheduleOf,
  scheduleProblems,
  scheduleValues,
} from "./schedule";
import { SECOND_MS } from "./time";

export interface ZoneValues {
  /** Tells areas apart while they are edited. */
  key: number;
  name: string;
  points: Point[];
  labels: string[];
  /** Seconds; empty: everything in it counts at once. */
  loiter: number | "";
}

export interface MaskValues {
  key: number;
  points: Point[];
}

/** Percent as typed. */
export interface RuleValues {
  key: number;
  label: string;
  minScore: number | "";
  /** Of the picture. */
  minArea: number | "";
  maxArea: number | "";
}

export interface DetectValues {
  motion: boolean;
  sensitivity: Sensitivity;
  masks: MaskValues[];
  objects: boolean;
  rules: RuleValues[];
  zones: ZoneValues[];
  onlyInZones: boolean;
  isAlways: boolean;
  /** Kept while it is switched off. */
  schedule: ScheduleValues;
  /** Seconds. */
  preRoll: number | "";
  postRoll: number | "";
}

export const ZONES_MAX = 32;
export const MASKS_MAX = 32;
const RULES_MAX = 200;
const ROLL_MAX_S = 60;
const LOITER_MAX_S = 3600;
const USUAL_ROLL_S = 5;

let keys = 0;

function newKey(): number {
  keys += 1;
  return keys;
}

/** A zone with a name that no other has. */
export function newZone(zones: readonly ZoneValues[], points: readonly Point[]): ZoneValues {
  const taken = new Set(zones.map(({ name }) => name.trim()));
  let number = zones.length + 1;
  while (taken.has(`Zone ${number}`)) {
    number += 1;
  }
  return { key: newKey(), name: `Zone ${number}`, points: [...points], labels: [], loiter: "" };
}

export function newMask(points: readonly Point[]): MaskValues {
  return { key: newKey(), points: [...points] };
}

/** The usual rule for a class. */
export function newRule(label = ""): RuleValues {
  return { key: newKey(), label, minScore: 50, minArea: 0, maxArea: 100 };
}

/** What the page holds of a camera. */
export function detectValues(camera: Camera): DetectValues {
  const detect = camera.detect ?? create(DetectSettingsSchema);
  return {
    motion: detect.motion ?? camera.sub !== undefined,
    sensitivity: sensitivityOf(detect.sensitivity),
    masks: detect.masks.map((mask) => newMask(pointsOf(mask))),
    objects: detect.objects ?? true,
    rules: detect.rules.map(({ label, minScore, minArea, maxArea }) => ({
      key: newKey(),
      label,
      minScore: percentOf(minScore),
      minArea: percentOf(minArea),
      maxArea: maxArea === 0 ? 100 : percentOf(maxArea),
    })),
    zones: detect.zones.map(({ name, area, labels, loiter }) => ({
      key: newKey(),
      name,
      points: pointsOf(area),
      labels: [...labels],
      loiter: (loiter && durationMs(loiter) / SECOND_MS) || "",
    })),
    onlyInZones: detect.onlyInZones ?? false,
    isAlways: detect.schedule === undefined,
    schedule: detect.schedule ? scheduleValues(detect.schedule) : newSchedule(),
    preRoll: detect.preRoll ? durationMs(detect.preRoll) / SECOND_MS : USUAL_ROLL_S,
    postRoll: detect.postRoll ? durationMs(detect.postRoll) / SECOND_MS : USUAL_ROLL_S,
  };
}

/** The settings that the page describes. */
export function detectOf(values: DetectValues): DetectSettings {
  return create(DetectSettingsSchema, {
    motion: values.motion,
    sensitivity: SENSITIVITIES[values.sensitivity],
    masks: values.masks.map(({ points }) => ({ points })),
    objects: values.objects,
    rules: values.rules.map(({ label, minScore, minArea, maxArea }) => ({
      label: label.trim(),
      minScore: partOf(minScore),
      minArea: partOf(minArea),
      maxArea: partOf(maxArea),
    })),
    zones: values.zones.map(({ name, points, labels, loiter }) => ({
      name: name.trim(),
      area: { points },
      labels,
      ...(Number(loiter) > 0 && { loiter: secondsOf(loiter) }),
    })),
    onlyInZones: values.onlyInZones,
    ...(!values.isAlways && { schedule: scheduleOf(values.schedule) }),
    preRoll: secondsOf(values.preRoll),
    postRoll: secondsOf(values.postRoll),
  });
}

/** Where each field of the settings is on the page, as a person calls the place. */
const PATHS: readonly { path: string; field: keyof DetectSettings; words: string }[] = [
  { path: "detect.motion", field: "motion", words: "motion" },
  { path: "detect.sensitivity", field: "sensitivity", words: "sensitivity" },
  { path: "detect.masks", field: "masks", words: "masks" },
  { path: "detect.objects", field: "objects", words: "objects" },
  { path: "detect.rules", field: "rules", words: "rules" },
  { path: "detect.zones", field: "zones", words: "zones" },
  { path: "detect.only_in_zones", field: "onlyInZones", words: "where objects count" },
  { path: "detect.schedule", field: "schedule", words: "times" },
  { path: "detect.pre_roll", field: "preRoll", words: "footage before" },
  { path: "detect.post_roll", field: "postRoll", words: "footage behind" },
];

/** The fields to name in an update: only what differs. */
export function detectPaths(before: DetectValues, after: DetectValues): string[] {
  const [old, next] = [detectOf(before), detectOf(after)];
  const only = ({ field }: (typeof PATHS)[number], settings: DetectSettings) =>
    create(DetectSettingsSchema, { [field]: settings[field] });
  return PATHS.filter((row) => !equals(DetectSettingsSchema, only(row, old), only(row, next))).map(
    ({ path }) => path,
  );
}

/** "zones and times" */
export function pathWords(paths: readonly string[]): string {
  const words = PATHS.filter(({ path }) => paths.includes(path)).map(({ words }) => words);
  return new Intl.ListFormat("en-GB", { type: "conjunction" }).format(words);
}

/** What can be seen to be wrong before the server is asked. */
export function detectProblems(values: DetectValues): FieldErrors {
  const errors: FieldErrors = {};
  const names = values.zones.map(({ name }) => name.trim());
  for (const [index, zone] of values.zones.entries()) {
    const field = `zones[${index}]`;
    put(errors, `${field}.name`, nameProblem(names, index));
    put(errors, `${field}.area`, polygonProblem(zone.points));
    put(errors, `${field}.loiter`, secondsProblem(zone.loiter || 0, LOITER_MAX_S));
  }
  for (const [index, { points }] of values.masks.entries()) {
    put(errors, `masks[${index}]`, polygonProblem(points));
  }
  const labels = values.rules.map(({ label }) => label.trim());
  for (const [index, rule] of values.rules.entries()) {
    const field = `rules[${index}]`;
    put(errors, `${field}.label`, labelProblem(labels, index));
    put(errors, `${field}.min_score`, percentProblem(rule.minScore));
    put(errors, `${field}.min_area`, percentProblem(rule.minArea));
    put(
      errors,
      `${field}.max_area`,
      percentProblem(rule.maxArea) ??
        (Number(rule.maxArea) > Number(rule.minArea)
          ? undefined
          : "The largest size has to be above the smallest."),
    );
  }
  if (values.rules.length > RULES_MAX) {
    errors.rules = `There are too many: keep at most ${RULES_MAX}.`;
  }
  if (values.onlyInZones && values.zones.length === 0) {
    errors.only_in_zones = "There is no zone: draw one, or switch this off.";
  }
  if (!values.isAlways) {
    Object.assign(errors, scheduleProblems(values.schedule));
  }
  put(errors, "pre_roll", secondsProblem(values.preRoll, ROLL_MAX_S));
  put(errors, "post_roll", secondsProblem(values.postRoll, ROLL_MAX_S));
  return errors;
}

function put(errors: FieldErrors, field: string, problem: string | undefined): void {
  if (problem !== undefined) {
    errors[field] = problem;
  }
}

function nameProblem(names: readonly string[], index: number): string | undefined {
  const name = names[index] ?? "";
  if (!/^[\p{L}\p{N} _-]{1,40}$/u.test(name)) {
    return "A name is 1 to 40 letters, digits, spaces, - and _.";
  }
  return names.indexOf(name) < index ? `There is a zone called ${name} already.` : undefined;
}

function labelProblem(labels: readonly string[], index: number): string | undefined {
  const label = labels[index] ?? "";
  if (label === "") {
    return "Name the class, for example person.";
  }
  return labels.indexOf(label) < index ? `There is a rule for ${label} already.` : undefined;
}

function percentProblem(value: number | ""): string | undefined {
  return value !== "" && value >= 0 && value <= 100 ? undefined : "Give 0 to 100 %.";
}

function secondsProblem(value: number | "", most: number): string | undefined {
  return value !== "" && value >= 0 && value <= most ? undefined : `Give 0 to ${most} seconds.`;
}

export interface PlacedDetectErrors {
  fields: FieldErrors;
  /** Those that no field shows. */
  others: FieldViolation[];
}

const PLAIN_FIELDS =
  /^(?:motion|sensitivity|objects|rules|zones|masks|only_in_zones|pre_roll|post_roll|schedule\.(?:time_zone|hours))$/;
const PARTS =
  /^(?:zones\[\d+\]\.(?:name|area|labels|loiter)|rules\[\d+\]\.(?:label|min_score|min_area|max_area)|masks\[\d+\]|schedule\.hours\[\d+\])/;

/** Puts refused fields of an update or of a replay where the page shows them. */
export function placeDetectErrors(violations: readonly FieldViolation[]): PlacedDetectErrors {
  const placed: PlacedDetectErrors = { fields: {}, others: [] };
  for (const violation of violations) {
    const below = /^(?:camera\.detect|detect|settings)\.(.+)$/.exec(violation.field)?.[1] ?? "";
    const field = PLAIN_FIELDS.test(below) ? below : PARTS.exec(below)?.[0];
    if (field === undefined) {
      placed.others.push(violation);
    } else {
      placed.fields[field] ??= violation.description;
    }
  }
  return placed;
}

function pointsOf(polygon: Polygon | undefined): Point[] {
  return (polygon?.points ?? []).map(({ x, y }) => ({ x, y }));
}

/** Hundredths of a percent are finer than any need; single precision has digits behind them. */
function percentOf(part: number): number {
  return Math.round(part * 10_000) / 100;
}

function partOf(percent: number | ""): number {
  return Number(percent || 0) / 100;
}

function secondsOf(seconds: number | "") {
  return durationFromMs(Math.round(Number(seconds || 0) * SECOND_MS));
}
