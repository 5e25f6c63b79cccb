/** Hours of a week: from the server, typed, and back. */
import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { ScheduleSchema } from "../gen/ronin/v1/camera_pb";
import {
  endWords,
  newHours,
  newSchedule,
  scheduleOf,
  scheduleProblems,
  scheduleValues,
} from "./schedule";

it("goes there and back, with midnight as the end of a day", () => {
  const schedule = create(ScheduleSchema, {
    timeZone: "Europe/Berlin",
    hours: [
      { days: [5, 1], startMinute: 22 * 60, endMinute: 6 * 60 },
      { days: [6], startMinute: 0, endMinute: 1440 },
    ],
  });

  const values = scheduleValues(schedule);

  expect(values.hours).toMatchObject([
    { days: [1, 5], start: "22:00", end: "06:00" },
    { days: [6], start: "00:00", end: "00:00" },
  ]);
  expect(scheduleOf(values).hours).toMatchObject([
    { days: [1, 5], startMinute: 1320, endMinute: 360 },
    { days: [6], startMinute: 0, endMinute: 1440 },
  ]);
});

it("begins with every day around the clock, in the viewer's zone", () => {
  const { timeZone, hours } = newSchedule();

  expect(timeZone).not.toBe("");
  expect(hours[0]).toMatchObject({ days: [1, 2, 3, 4, 5, 6, 7], start: "00:00", end: "00:00" });
  expect(scheduleProblems({ timeZone, hours })).toEqual({});
});

it.each([
  ["22:00", "06:00", "Until 06:00 of the next day."],
  ["08:00", "08:00", "Until 08:00 of the next day."],
  ["08:00", "18:00", ""],
  ["18:00", "00:00", ""],
  ["00:00", "00:00", "The whole day."],
  ["", "06:00", ""],
])("from %s to %s ends %j", (start, end, words) => {
  expect(endWords({ ...newHours(), start, end })).toBe(words);
});

it("says what is missing where it is missing", () => {
  const problems = scheduleProblems({
    timeZone: " ",
    hours: [newHours(), { ...newHours(), days: [] }, { ...newHours(), end: "" }],
  });

  expect(Object.keys(problems)).toEqual([
    "schedule.time_zone",
    "schedule.hours[1]",
    "schedule.hours[2]",
  ]);
  expect(scheduleProblems({ timeZone: "UTC", hours: [] })).toHaveProperty("schedule.hours");
});
