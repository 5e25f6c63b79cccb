/** When footage becomes H.265: from a policy to the form, and to a policy. */
import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { describe, expect, it } from "vitest";
import { H265PolicySchema, H265Quality } from "../gen/ronin/v1/camera_pb";
import { camera } from "../test/fakeServer";
import {
  type H265Values,
  h265Field,
  h265Of,
  h265Problems,
  h265Values,
  policyWords,
  sameH265,
  tooLateWords,
  withH265,
} from "./h265";
import { newHours } from "./schedule";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./time";

const policy = (ms: number) => create(H265PolicySchema, { after: durationFromMs(ms) });
const OFF = h265Values(undefined);
const ON: H265Values = { ...OFF, isOn: true };

describe("the form", () => {
  it("is off without a policy, and has what is usual for when it is switched on", () => {
    expect(OFF).toMatchObject({
      isOn: false,
      after: 7,
      unit: "days",
      quality: "balanced",
      saving: 15,
      isAlways: true,
    });
    expect(h265Of(OFF)).toBeUndefined();
    expect(h265Of(ON)).toMatchObject({
      after: { seconds: 604_800n },
      quality: H265Quality.BALANCED,
      minimumSavingPercent: 15,
    });
    expect(h265Of(ON)).not.toHaveProperty("schedule");
  });

  it.each([
    [7 * DAY_MS, 7, "days"],
    [36 * HOUR_MS, 36, "hours"],
    [90 * MINUTE_MS, 1.5, "hours"],
    [0, 0, "hours"],
  ])("has %i ms as %d %s, and gives them back", (ms, after, unit) => {
    const values = h265Values(policy(ms));

    expect(values).toMatchObject({ isOn: true, after, unit });
    expect(h265Of(values)?.after).toEqual(durationFromMs(ms));
  });

  it("goes there and back with all that there is", () => {
    const whole = create(H265PolicySchema, {
      after: durationFromMs(DAY_MS),
      quality: H265Quality.SMALL,
      minimumSavingPercent: 30,
      schedule: {
        timeZone: "Europe/Berlin",
        hours: [{ days: [1, 2], startMinute: 60, endMinute: 300 }],
      },
    });

    expect(sameH265(h265Of(h265Values(whole)), whole)).toBe(true);
    expect(sameH265(h265Of({ ...h265Values(whole), saving: 31 }), whole)).toBe(false);
    expect(sameH265(undefined, whole)).toBe(false);
    expect(sameH265(undefined, undefined)).toBe(true);
  });

  it("shows what the server takes for what is not said", () => {
    expect(h265Values(policy(0))).toMatchObject({ saving: 15, quality: "balanced" });
  });
});

describe("what is wrong", () => {
  it.each<[string, Partial<H265Values>, string[]]>([
    ["nothing", {}, []],
    ["no age", { after: "" }, ["h265.after"]],
    ["an age that is too large", { after: 3651 }, ["h265.after"]],
    ["so many hours", { after: 87_601, unit: "hours" }, ["h265.after"]],
    ["as many as can be", { after: 87_600, unit: "hours" }, []],
    ["no saving", { saving: "" }, ["h265.saving"]],
    ["a saving of nothing", { saving: 0 }, ["h265.saving"]],
    ["half a percent", { saving: 1.5 }, ["h265.saving"]],
    ["a saving that cannot be", { saving: 91 }, ["h265.saving"]],
    [
      "no days and no zone",
      { isAlways: false, schedule: { timeZone: "", hours: [{ ...newHours(), days: [] }] } },
      ["h265.schedule.time_zone", "h265.schedule.hours[0]"],
    ],
    ["something while it is off", { isOn: false, after: "", saving: "" }, []],
  ])("is seen: %s", (_, change, fields) => {
    expect(Object.keys(h265Problems({ ...ON, ...change }))).toEqual(fields);
  });

  it.each([
    ["camera.record.h265.after", "h265.after"],
    ["record.h265.minimum_saving_percent", "h265.saving"],
    ["camera.record.h265.quality", "h265.quality"],
    ["camera.record.h265.schedule.hours[1].days", "h265.schedule.hours[1]"],
    ["camera.record.h265.schedule.hours", "h265.schedule.hours"],
    ["camera.record.h265.schedule.time_zone", "h265.schedule.time_zone"],
    ["camera.record.h265.schedule", "h265.schedule.hours"],
    ["camera.record.h265", "h265.isOn"],
    ["camera.record.audio", undefined],
  ])("finds the field of %s", (path, field) => {
    expect(h265Field(path)).toBe(field);
  });

  it("warns where footage is deleted before", () => {
    expect(tooLateWords(ON, 7)).toMatch(/deleted when it is 7 days old/);
    expect(tooLateWords(ON, 8)).toBeUndefined();
    expect(tooLateWords(ON, undefined)).toBeUndefined();
    expect(tooLateWords(ON, 0)).toBeUndefined();
    expect(tooLateWords({ ...ON, after: "" }, 1)).toBeUndefined();
  });
});

it.each([
  [policy(0), "as soon as it is recorded, quality: balanced"],
  [policy(7 * DAY_MS), "from 7 days on, quality: balanced"],
  [policy(12 * HOUR_MS), "from 12 hours on, quality: balanced"],
  [policy(MINUTE_MS), "from 1 min on, quality: balanced"],
  [
    create(H265PolicySchema, { quality: H265Quality.SMALL, schedule: { timeZone: "UTC" } }),
    "as soon as it is recorded, quality: small, at set times",
  ],
])("%# is said in words", (one, words) => {
  expect(policyWords(one)).toBe(words);
});

it("is switched on for some cameras", () => {
  const on = camera({ id: "yard", record: { h265: {} } });

  expect(withH265([camera(), on]).map(({ camera: one }) => one.id)).toEqual(["yard"]);
});
