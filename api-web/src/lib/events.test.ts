/** Events: filters of a URL, words, drawings, marks on a timeline, and what waits while one reads. */
import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { ObjectRuleSchema } from "../gen/ronin/v1/camera_pb";
import { type Event, EventState, type Moment, MomentSchema } from "../gen/ronin/v1/event_pb";
import { event } from "../test/fakeServer";
import { admitted, newWords } from "./eventArrivals";
import {
  EVERY_EVENT,
  type EventFilter,
  filterCount,
  filterSpan,
  matchesFilter,
  parseEventFilter,
  withEventFilter,
} from "./eventFilter";
import { EVENT_KEYS, EVENT_LIST_KEYS } from "./eventKeys";
import { eventMarks, markWords, neighbourEvent } from "./eventMarks";
import { boxStyle, pathPoints, scorePoints, scoreRange } from "./eventMoments";
import { gateWords, picturesWords, ruleWords } from "./eventReasons";
import { clipSpan, eventFootagePath, eventLength, unreviewed, zoneWords } from "./events";
import { PLAYER_KEYS } from "./playerKeys";
import { clockTime, timestampFromMs } from "./time";
import type { DayCoverage, EventSpan } from "./timelineSpans";

const DAY = new Date(2026, 0, 15).getTime();
const at = (seconds: number) => timestampFromMs(DAY + seconds * 1_000);
/** An event from second to second of the day. */
const seen = (id: number, from: number, to: number, rest: Parameters<typeof event>[1] = {}) =>
  event(id, { startTime: at(from), endTime: at(to), ...rest });

describe("the filter of a URL", () => {
  it("is read and written the same", () => {
    const query =
      "camera=yard&camera=front-door&label=person&zone=Drive&day=2026-01-15&reviewed=no&score=60";
    const filter = parseEventFilter(new URLSearchParams(query));
    expect(filter).toEqual({
      cameras: ["yard", "front-door"],
      labels: ["person"],
      zones: ["Drive"],
      time: { kind: "day", day: "2026-01-15" },
      reviewed: false,
      minPercent: 60,
      isRejected: false,
    });
    expect(withEventFilter(new URLSearchParams("why=7&score=3"), filter).toString()).toBe(
      `why=7&${query}`,
    );
    expect(filterCount(filter)).toBe(6);
  });

  it("takes what cannot be read as not there", () => {
    const params = new URLSearchParams("day=tomorrow&score=much&reviewed=maybe&camera=&from=noon");
    expect(parseEventFilter(params)).toEqual(EVERY_EVENT);
  });

  it("has a span with an open end", () => {
    const from = new Date(DAY).toISOString();
    const filter = parseEventFilter(new URLSearchParams({ from }));
    expect(filterSpan(filter)).toEqual({ startMs: DAY, endMs: undefined });
    expect(withEventFilter(new URLSearchParams(), filter).get("from")).toBe(from);
  });
});

describe("an event that comes", () => {
  const drive = { zone: "Drive", loitered: false };
  const one = seen(1, 100, 112, { zones: [drive] });
  const fits = (part: Partial<EventFilter>, of: Event = one) =>
    matchesFilter(of, { ...EVERY_EVENT, ...part });

  it.each<[Partial<EventFilter>, boolean]>([
    [{}, true],
    [{ cameras: ["front-door", "yard"] }, true],
    [{ cameras: ["yard"] }, false],
    [{ labels: ["car"] }, false],
    [{ zones: ["Drive"] }, true],
    [{ zones: ["Door"] }, false],
    [{ minPercent: 87 }, true],
    [{ minPercent: 88 }, false],
    [{ reviewed: false }, true],
    [{ reviewed: true }, false],
    [{ isRejected: true }, false],
    [{ time: { kind: "day", day: "2026-01-15" } }, true],
    [{ time: { kind: "day", day: "2026-01-14" } }, false],
    [{ time: { kind: "span", fromMs: DAY + 111_000, toMs: undefined } }, true],
    [{ time: { kind: "span", fromMs: DAY + 112_000, toMs: undefined } }, false],
    [{ time: { kind: "span", fromMs: undefined, toMs: DAY + 100_000 } }, false],
  ])("belongs to %o: %s", (filter, expected) => {
    expect(fits(filter)).toBe(expected);
  });

  it("belongs to the rejected ones where it is one", () => {
    expect(fits({ isRejected: true }, event(2, { state: EventState.REJECTED }))).toBe(true);
  });
});

describe("words", () => {
  it("name each zone once", () => {
    const visit = (zone: string, loitered = false) => ({ zone, loitered });
    expect(zoneWords([visit("Drive"), visit("Door", true), visit("Drive")])).toEqual([
      "Drive",
      "Door (loitered)",
    ]);
  });

  it("say how long it was, or is", () => {
    expect(eventLength(seen(1, 0, 12))).toBe("12 s");
    expect(eventLength(seen(1, 0, 12, { state: EventState.OPEN }))).toBe("12 s so far");
  });

  it("lead to the footage, with what comes before it", () => {
    const one = seen(1, 10, 20, { clipStartTime: at(5), clipEndTime: at(25) });
    expect(clipSpan(one)).toEqual({ startMs: DAY + 5_000, endMs: DAY + 25_000 });
    const moment = encodeURIComponent(new Date(DAY + 5_000).toISOString());
    expect(eventFootagePath(one)).toBe(`/cameras/front-door?at=${moment}`);
    expect(clipSpan(seen(1, 10, 20)).startMs).toBe(DAY + 10_000);
  });

  it("tell the rule, the gate and the pictures", () => {
    const rule = create(ObjectRuleSchema, { label: "person", minScore: 0.5, minArea: 0.001 });
    expect(ruleWords(rule)).toBe(
      "Person: the model at least 50 % sure, on 0.1 % to 100 % of the picture",
    );
    expect(gateWords(1)).toBe("Something moved in the picture.");
    expect(gateWords(99 as never)).toBe("The server does not say.");
    expect(picturesWords(1, 1)).toBe("In 1 of the 1 picture that was looked at");
    expect(picturesWords(9, 12)).toBe("In 9 of the 12 pictures that were looked at");
  });
});

it("counts as not reviewed what has no mark and can have one", () => {
  const events = [event(1), event(2, { reviewed: true }), event(3, { state: EventState.REJECTED })];
  expect(unreviewed(events).map(({ name }) => name)).toEqual(["events/1"]);
});

describe("drawings", () => {
  const moment = (seconds: number, score: number, x = 0.1): Moment =>
    create(MomentSchema, { time: at(seconds), x, y: 0.2, width: 0.2, height: 0.5, score });

  it("keep a box within its picture", () => {
    const box = create(MomentSchema, { x: -0.1, y: 0.5, width: 0.3, height: 0.8 });
    expect(boxStyle(box)).toEqual({ left: "0%", top: "50%", width: "20%", height: "50%" });
  });

  it("draw the way over the ground, and the scores", () => {
    const path = [moment(0, 0.5), moment(1, 1, 0.5), moment(4, 0)];
    expect(pathPoints(path)).toBe("20,70 60,70 20,70");
    expect(scorePoints(path, { width: 100, height: 10 })).toBe("0,5 25,0 100,10");
    expect(scoreRange(path)).toEqual({ least: 0, most: 1 });
    expect(scoreRange([])).toBeUndefined();
    expect(scorePoints([moment(0, 0.5)], { width: 100, height: 10 })).toBe("0,5");
  });
});

describe("marks on a timeline", () => {
  const span = (id: number, from: number, to: number, label = "person"): EventSpan => ({
    name: `events/${id}`,
    label,
    score: 0.5,
    startMs: DAY + from * 1_000,
    endMs: DAY + to * 1_000,
  });
  const window = { startMs: DAY, endMs: DAY + 1_200_000 };

  it("take together what lies too close to be told apart", () => {
    const events = [
      span(1, 100, 104),
      span(2, 105, 120, "car"),
      span(3, 400, 401),
      span(4, -9, -1),
    ];
    const marks = eventMarks(events, window);
    expect(marks.map((mark) => mark.events.map(({ name }) => name))).toEqual([
      ["events/1", "events/2"],
      ["events/3"],
    ]);
    const [both, one] = marks;
    expect(both && markWords(both)).toBe(
      `2 events, ${clockTime(DAY + 100_000)} to ${clockTime(DAY + 120_000)}: 1 person, 1 car`,
    );
    expect(one && markWords(one)).toBe(`Person, 50 %, ${clockTime(DAY + 400_000)} (1 s)`);
  });

  it("lead from one to the next, where there is footage", () => {
    const day: DayCoverage = {
      startMs: DAY,
      endMs: DAY + 86_400_000,
      recorded: [{ startMs: DAY + 99_000, endMs: DAY + 1_000_000 }],
      gaps: [],
      motion: [],
      events: [span(0, 50, 60), span(1, 100, 110), span(2, 200, 210), span(3, 2_000, 2_010)],
      coverage: 1,
    };
    const next = (seconds: number, direction: 1 | -1) => {
      const ms = neighbourEvent(day, DAY + seconds * 1_000, direction);
      return ms && (ms - DAY) / 1_000;
    };
    // There is nothing to see of the second before the first.
    expect(next(0, 1)).toBe(100);
    expect(next(100, 1)).toBe(198);
    expect(next(198, 1)).toBeUndefined();
    expect(next(198, -1)).toBe(100);
    expect(next(205, -1)).toBe(198);
    expect(next(101, -1)).toBeUndefined();
  });
});

it("lets new events wait, and shows older ones that were asked for", () => {
  const shown = new Set(["events/2", "events/3"]);
  const events = [seen(5, 50, 51), seen(3, 30, 31), seen(2, 20, 21), seen(1, 10, 11)];
  expect([...admitted(events, shown)]).toEqual(["events/3", "events/2", "events/1"]);
  expect(admitted([seen(5, 50, 51)], shown).size).toBe(1);
  expect([newWords(1), newWords(3)]).toEqual(["1 new event", "3 new events"]);
});

it("no key of the pages of events means two things", () => {
  for (const tables of [[EVENT_LIST_KEYS], [EVENT_KEYS, PLAYER_KEYS]]) {
    const keys = tables.flatMap((table) => Object.values(table).flatMap((row) => row.keys));
    expect(new Set(keys).size).toBe(keys.length);
  }
});
