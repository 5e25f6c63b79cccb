/** What is looked for, as the page holds it. */
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { camera } from "../test/fakeServer";
import {
  detectOf,
  detectPaths,
  detectProblems,
  detectValues,
  newMask,
  newRule,
  newZone,
  pathWords,
  placeDetectErrors,
} from "./detectForm";

const TRIANGLE = [
  { x: 0.1, y: 0.1 },
  { x: 0.9, y: 0.1 },
  { x: 0.5, y: 0.9 },
];
const full = camera({
  detect: {
    motion: true,
    objects: true,
    masks: [{ points: TRIANGLE }],
    rules: [{ label: "person", minScore: Math.fround(0.35), minArea: Math.fround(0.0125) }],
    zones: [
      {
        name: "Porch",
        area: { points: TRIANGLE },
        labels: ["person"],
        loiter: durationFromMs(4500),
      },
    ],
    onlyInZones: true,
    schedule: { timeZone: "UTC", hours: [{ days: [1], startMinute: 0, endMinute: 60 }] },
    preRoll: durationFromMs(3000),
    postRoll: durationFromMs(0),
  },
});

describe("values", () => {
  it("are those of the camera, in percent and seconds, and change nothing by themselves", () => {
    const values = detectValues(full);

    expect(values).toMatchObject({
      rules: [{ label: "person", minScore: 35, minArea: 1.25, maxArea: 100 }],
      zones: [{ name: "Porch", labels: ["person"], loiter: 4.5, points: TRIANGLE }],
      onlyInZones: true,
      isAlways: false,
      preRoll: 3,
      postRoll: 0,
    });
    expect(detectPaths(values, detectValues(full))).toEqual([]);
    expect(detectProblems(values)).toEqual({});
  });

  it("are the usual ones where nothing is said", () => {
    expect(detectValues(camera())).toMatchObject({
      motion: false,
      sensitivity: "normal",
      objects: true,
      rules: [],
      zones: [],
      masks: [],
      onlyInZones: false,
      isAlways: true,
      preRoll: 5,
      postRoll: 5,
    });
    expect(detectValues(camera({ sub: { host: "a" } })).motion).toBe(true);
  });
});

it("names what differs, and nothing else", () => {
  const before = detectValues(full);
  const after = { ...before, isAlways: true, zones: [], preRoll: 10 };

  const paths = detectPaths(before, after);

  expect(paths).toEqual(["detect.zones", "detect.schedule", "detect.pre_roll"]);
  expect(pathWords(paths)).toBe("zones, times and footage before");
  expect(detectOf(after).schedule).toBeUndefined();
});

it("says what is wrong at its field", () => {
  const values = detectValues(camera());
  const porch = { ...newZone([], TRIANGLE), name: "Porch" };
  const problems = detectProblems({
    ...values,
    zones: [porch, { ...porch, loiter: 4000 }, { ...porch, name: "a,b", points: [] }],
    masks: [newMask(TRIANGLE.slice(0, 2))],
    rules: [newRule("cat"), { ...newRule("cat"), minArea: 50, maxArea: 50 }, newRule()],
    preRoll: 61,
  });

  expect(Object.keys(problems)).toEqual([
    "zones[1].name",
    "zones[1].loiter",
    "zones[2].name",
    "zones[2].area",
    "masks[0]",
    "rules[1].label",
    "rules[1].max_area",
    "rules[2].label",
    "pre_roll",
  ]);
  expect(detectProblems({ ...values, onlyInZones: true })).toHaveProperty("only_in_zones");
});

it("gives a new zone a name of its own", () => {
  const first = newZone([], TRIANGLE);
  const third = { ...newZone([first], TRIANGLE), name: "Zone 3" };

  expect(first.name).toBe("Zone 1");
  expect(newZone([first, third], TRIANGLE).name).toBe("Zone 4");
});

it("puts refused fields of an update and of a replay in their places", () => {
  const violation = (field: string) => ({ field, description: `no ${field}` });

  const placed = placeDetectErrors(
    [
      "camera.detect.zones[1].area.points[3]",
      "settings.rules[0].label",
      "camera.detect.schedule.hours[2].days",
      "camera.detect.pre_roll",
      "camera.etag",
      "camera.detect.more",
    ].map(violation),
  );

  expect(Object.keys(placed.fields)).toEqual([
    "zones[1].area",
    "rules[0].label",
    "schedule.hours[2]",
    "pre_roll",
  ]);
  expect(placed.others.map(({ field }) => field)).toEqual(["camera.etag", "camera.detect.more"]);
});
