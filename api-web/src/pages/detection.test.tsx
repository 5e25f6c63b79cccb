/** What is looked for in a camera's pictures: drawn, set, saved, and tried on recorded footage. */
import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { Code, ConnectError } from "@connectrpc/connect";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Role } from "../gen/ronin/v1/auth_pb";
import { MotionSensitivity, type UpdateCameraRequest } from "../gen/ronin/v1/camera_pb";
import {
  type CreateReplayRequest,
  ModelState,
  ReplayState,
  type WatchDetectionsRequest,
  WatchDetectionsResponseSchema,
} from "../gen/ronin/v1/detection_pb";
import { DetectionGate } from "../gen/ronin/v1/event_pb";
import { timestampFromMs } from "../lib/time";
import { openApp } from "../test/app";
import { camera, DetectionFeed, fakeServer, refusedFields, TOKEN } from "../test/fakeServer";
import { stubMediaSource } from "../test/mediaSource";

vi.mock("hls.js/light", async () => ({ default: (await import("../test/fakeHls")).FakeHls }));

beforeEach(() => stubMediaSource(() => true));

const LOWER_HALF = [
  { x: 0, y: 0.5 },
  { x: 1, y: 0.5 },
  { x: 1, y: 0.99 },
  { x: 0, y: 0.99 },
];
const porch = { name: "Porch", area: { points: LOWER_HALF } };
const model = {
  name: "models/yolo11n.torchscript",
  state: ModelState.RUNNING,
  labels: ["person", "car", "dog"],
};
/** A picture, so that it can be drawn on. */
const getSnapshot = () => ({ image: new Uint8Array([1]), mimeType: "image/jpeg" });

type Parts = Parameters<typeof fakeServer>[0];

/** Opens the page of a camera with these settings; saving answers with what was sent. */
async function openDetection(detect = {}, parts: Parts = {}) {
  const known = camera({ detect: { motion: true, objects: true, ...detect } });
  const updateCamera = vi.fn(({ camera: sent }: UpdateCameraRequest) => ({
    camera: { ...known, detect: sent?.detect ?? known.detect, etag: "etag-2" },
  }));
  const app = openApp(
    fakeServer({
      cameras: [known],
      ...parts,
      camera: { getSnapshot, updateCamera, ...parts.camera },
      detection: { listModels: () => ({ models: [model] }), ...parts.detection },
    }),
    { path: "/cameras/front-door/detection", token: TOKEN },
  );
  const stage = await screen.findByTestId("zone-stage");
  stage.getBoundingClientRect = () => ({ left: 0, top: 0, width: 1000, height: 500 }) as DOMRect;
  return { ...app, stage, updateCamera };
}

type App = Awaited<ReturnType<typeof openDetection>>;

/** Clicks at a place of the stage, in parts of it. */
function clickAt(stage: HTMLElement, x: number, y: number) {
  const at = { clientX: x * 1000, clientY: y * 500, pointerId: 1 };
  fireEvent.pointerDown(stage, at);
  fireEvent.pointerUp(stage, at);
}

const button = (name: string | RegExp) => screen.getByRole("button", { name });
const panel = (name: string) => within(screen.getByRole("region", { name }));

async function save({ user, updateCamera }: App) {
  await user.click(button("Save changes"));
  await waitFor(() => expect(updateCamera).toHaveBeenCalled());
  return updateCamera.mock.calls.at(-1)?.[0];
}

describe("zones and masks", () => {
  it("are drawn by clicks, closed at the first point, named and saved", async () => {
    const app = await openDetection();
    const { user, stage } = app;
    expect(screen.getByRole("status", { name: "Changes" })).toHaveTextContent(
      "Everything is saved.",
    );

    await user.click(button("Draw a zone"));
    expect(button("Close the zone")).toBeDisabled();
    for (const [x, y] of [
      [0.1, 0.2],
      [0.9, 0.2],
      [0.5, 0.8],
      [0.105, 0.21],
    ] as const) {
      clickAt(stage, x, y);
    }
    const name = screen.getByRole("textbox", { name: "Name of the zone" });
    expect(name).toHaveValue("Zone 1");
    expect(name).toHaveFocus();
    await user.clear(name);
    await user.type(name, "Drive");
    await user.type(screen.getByRole("combobox", { name: "Only for" }), "car{Enter}");
    await user.type(screen.getByRole("textbox", { name: "Only who stays for" }), "20");
    expect(screen.getByRole("status", { name: "Changes" })).toHaveTextContent("Not saved: zones.");

    const sent = await save(app);

    expect(sent?.updateMask?.paths).toEqual(["detect.zones"]);
    expect(sent?.camera).toMatchObject({ name: "cameras/front-door", etag: "etag-1" });
    expect(sent?.camera?.detect?.zones).toMatchObject([
      { name: "Drive", labels: ["car"], loiter: durationFromMs(20_000) },
    ]);
    const points = sent?.camera?.detect?.zones[0]?.area?.points ?? [];
    expect(points).toHaveLength(3);
    expect(points[1]?.x).toBeCloseTo(0.9);
    expect(points[2]?.y).toBeCloseTo(0.8);
    expect(await screen.findByText("Everything is saved.")).toBeVisible();
  });

  it("refuse at once what would cross, and keep what is there", async () => {
    const { user, stage } = await openDetection();

    await user.click(button("Draw a mask"));
    clickAt(stage, 0.1, 0.1);
    clickAt(stage, 0.9, 0.1);
    clickAt(stage, 0.9, 0.9);
    clickAt(stage, 0.5, 0.05);
    expect(screen.getByRole("alert")).toHaveTextContent(/would cross or touch/);
    clickAt(stage, 0.1, 0.9);
    expect(screen.queryByRole("alert")).not.toBeInTheDocument();
    await user.click(button("Take back a point"));
    await user.click(button("Close the mask"));
    expect(button("Show the points of Mask 1")).toHaveFocus();

    const mask = within(screen.getByRole("group", { name: "Mask 1" }));
    expect(mask.getByText(/^3 points, 32 % of the picture/)).toBeVisible();
    expect(screen.getByRole("status", { name: "Changes" })).toHaveTextContent("masks");
    await user.click(mask.getByRole("button", { name: "Delete Mask 1" }));
    expect(screen.queryByRole("group", { name: "Mask 1" })).not.toBeInTheDocument();
  });

  it("are drawn and changed by keys alone", async () => {
    const app = await openDetection();
    const { user } = app;
    button("Draw a zone").focus();
    await user.keyboard("{Enter}");
    expect(button("Put a rectangle instead")).toHaveFocus();
    await user.keyboard("{Escape}");
    expect(button("Draw a zone")).toHaveFocus();
    await user.keyboard("{Enter}{Enter}");

    button("Point 1 of Zone 1").focus();
    await user.keyboard("{ArrowLeft}{ArrowUp}{Shift>}{ArrowLeft}{/Shift}");
    expect(screen.getByRole("status", { name: "Place of the point" })).toHaveTextContent(
      "Point 1 of Zone 1: 24.5 % from the left, 29.5 % from the top.",
    );
    await user.keyboard("+");
    expect(button("Point 2 of Zone 1")).toHaveFocus();
    expect(button("Point 5 of Zone 1")).toBeVisible();
    await user.keyboard("{Delete}{Delete}");
    expect(screen.queryByRole("button", { name: "Point 4 of Zone 1" })).not.toBeInTheDocument();
    await user.keyboard("{Delete}");
    expect(screen.getByRole("alert")).toHaveTextContent("2 points enclose nothing");

    const sent = await save(app);
    expect(sent?.camera?.detect?.zones[0]?.area?.points).toHaveLength(3);
  });

  it("have points that are dragged, and added on an edge, but never across one", async () => {
    const { user, stage } = await openDetection({ zones: [porch] });
    clickAt(stage, 0.5, 0.7);
    const first = button("Point 1 of Porch");

    fireEvent.pointerDown(first, { clientX: 0, clientY: 250, pointerId: 1 });
    fireEvent.pointerMove(first, { clientX: 100, clientY: 300, pointerId: 1 });
    expect(first.style).toMatchObject({ left: "10%", top: "60%" });
    fireEvent.pointerMove(first, { clientX: 500, clientY: 499, pointerId: 1 });
    expect(screen.getByRole("alert")).toHaveTextContent(/would cross/);
    expect(first.style).toMatchObject({ left: "10%", top: "60%" });
    fireEvent.pointerUp(first, { pointerId: 1 });
    fireEvent.pointerMove(first, { clientX: 0, clientY: 250, pointerId: 1 });
    expect(first.style.left).toBe("10%");

    await user.click(button("Add a point after point 2 of Porch"));
    expect(button("Point 3 of Porch")).toHaveFocus();
    expect(button("Point 3 of Porch").style.left).toBe("100%");
  });

  it("say where the camera gives no picture, and show the last one of its footage", async () => {
    const { stage } = await openDetection(
      {},
      {
        camera: {
          getSnapshot: () => {
            throw new ConnectError("no picture", Code.FailedPrecondition);
          },
        },
      },
    );

    await waitFor(() => expect(stage.querySelector("img")?.src).toMatch(/\/preview\/front-door/));
    fireEvent.error(stage.querySelector("img") as HTMLImageElement);
    expect(within(stage).getByText(/There is no picture of this camera/)).toBeVisible();
  });
});

describe("settings", () => {
  it("are saved with only what changed", async () => {
    const app = await openDetection({ zones: [porch] });
    const { user } = app;

    await user.click(screen.getByRole("switch", { name: /^Only in zones/ }));
    await user.click(button("Add a rule"));
    const rule = within(screen.getByRole("group", { name: "Rule for person" }));
    const score = rule.getByRole("textbox", { name: "At least sure" });
    await user.clear(score);
    await user.type(score, "65");
    await user.clear(rule.getByRole("textbox", { name: "Largest" }));
    await user.type(rule.getByRole("textbox", { name: "Largest" }), "25");
    expect(
      rule.getByRole("img", { name: "The smallest covers 0 %, the largest 25 % of the picture" }),
    ).toBeVisible();
    await user.click(panel("Motion").getByRole("radio", { name: "High" }));
    await user.click(screen.getByRole("radio", { name: "At these times" }));
    const hours = within(screen.getByRole("group", { name: "Hours 1" }));
    await user.click(hours.getByRole("checkbox", { name: "Sunday" }));
    fireEvent.change(hours.getByLabelText("From"), { target: { value: "22:00" } });
    fireEvent.change(hours.getByLabelText("To"), { target: { value: "06:30" } });
    expect(hours.getByText("Until 06:30 of the next day.")).toBeVisible();
    const zone = screen.getByRole("combobox", { name: "Time zone" });
    await user.clear(zone);
    await user.type(zone, "Europe/Berlin");
    const before = panel("Footage of an event").getByRole("textbox", { name: "Before it" });
    await user.clear(before);
    await user.type(before, "12");

    const sent = await save(app);

    expect(sent?.updateMask?.paths).toEqual([
      "detect.sensitivity",
      "detect.rules",
      "detect.only_in_zones",
      "detect.schedule",
      "detect.pre_roll",
    ]);
    const detect = sent?.camera?.detect;
    expect(detect).toMatchObject({
      sensitivity: MotionSensitivity.HIGH,
      onlyInZones: true,
      preRoll: durationFromMs(12_000),
      schedule: {
        timeZone: "Europe/Berlin",
        hours: [{ days: [1, 2, 3, 4, 5, 6], startMinute: 1320, endMinute: 390 }],
      },
    });
    expect(detect?.rules[0]?.label).toBe("person");
    expect(detect?.rules[0]?.minScore).toBeCloseTo(0.65);
    expect(detect?.rules[0]?.maxArea).toBeCloseTo(0.25);
  });

  it("say what is wrong before the server is asked", async () => {
    const { user, updateCamera } = await openDetection();
    await user.click(screen.getByRole("switch", { name: /^Only in zones/ }));
    await user.click(button("Save changes"));

    expect(
      await screen.findByText("There is no zone: draw one, or switch this off."),
    ).toBeVisible();
    expect(updateCamera).not.toHaveBeenCalled();
  });

  it("say at its field what the server refuses, and the rest below", async () => {
    const updateCamera = () => {
      throw refusedFields({
        "camera.detect.zones[0].name": "this name is not to be had",
        "camera.detect.schedule.hours[0]": "no such hours",
        "camera.other": "nor this",
      });
    };
    const { user } = await openDetection(
      {
        zones: [porch],
        schedule: { timeZone: "UTC", hours: [{ days: [1], startMinute: 0, endMinute: 60 }] },
      },
      { camera: { updateCamera } },
    );
    const name = screen.getByRole("textbox", { name: "Name of the zone" });
    await user.type(name, " 2");
    await user.click(button("Save changes"));

    expect(await screen.findByText("This name is not to be had.")).toBeVisible();
    expect(name).toHaveFocus();
    expect(within(screen.getByRole("group", { name: "Hours 1" })).getByRole("alert")).toBeVisible();
    expect(screen.getByText(/camera\.other: Nor this\./)).toBeVisible();
  });

  it("are not overwritten where somebody else changed them", async () => {
    const updateCamera = () => {
      throw new ConnectError("the camera was changed meanwhile", Code.Aborted);
    };
    const { user } = await openDetection({}, { camera: { updateCamera } });
    await user.click(screen.getByRole("switch", { name: /^Look for objects/ }));
    await user.click(button("Save changes"));

    await user.click(await screen.findByRole("button", { name: "Load the newest settings" }));
    expect(screen.getByRole("switch", { name: /^Look for objects/ })).toBeChecked();
  });

  it("are not lost without a question", async () => {
    const { user, location } = await openDetection();
    await user.click(screen.getByRole("switch", { name: /^Look for objects/ }));

    await user.click(screen.getByRole("link", { name: "Front door" }));
    await user.click(await screen.findByRole("button", { name: "Stay here" }));
    expect(location()).toBe("/cameras/front-door/detection");
    await user.click(screen.getByRole("link", { name: "Front door" }));
    await user.click(await screen.findByRole("button", { name: "Leave without saving" }));

    await waitFor(() => expect(location()).toBe("/cameras/front-door"));
  });

  it("are an administrator's to save", async () => {
    const { user } = await openDetection({}, { role: Role.VIEWER });
    await user.click(screen.getByRole("switch", { name: /^Look for objects/ }));

    expect(screen.getByText(/Only an administrator can save it/)).toBeVisible();
    expect(button("Save changes")).toBeDisabled();
    expect(screen.queryByRole("button", { name: "Try it" })).not.toBeInTheDocument();
  });
});

it("says why no objects are looked for, and where to get a model", async () => {
  await openDetection({}, { detection: { listModels: () => ({ message: "no model is set" }) } });

  expect(await screen.findByText(/No objects are looked for\. No model is set\./)).toBeVisible();
  expect(screen.getByRole("link", { name: "Models and how to get one" })).toHaveAttribute(
    "href",
    "/system",
  );
});

it("says what the detector makes of the picture, and who stands in which zone", async () => {
  const detectionFeed = new DetectionFeed();
  await openDetection({ zones: [porch] }, { detectionFeed });
  const seen = panel("What the detector sees");
  expect(seen.getByText("No picture is looked at right now.")).toBeVisible();

  const cells = new Uint8Array(32);
  cells[0] = 3;
  detectionFeed.picture({
    wallTime: timestampFromMs(Date.now()),
    gate: DetectionGate.MOTION,
    motionCells: cells,
    detectorMs: 31.2,
    boxes: [
      { label: "person", score: 0.87, trackId: 12n, x: 0.4, y: 0.2, width: 0.1, height: 0.5 },
      { label: "car", score: 0.6, x: 0.1, y: 0.1, width: 0.1, height: 0.1, still: true },
    ],
  });

  expect(await seen.findByText("Looked at, because something moved.")).toBeVisible();
  expect(seen.getByText("31 ms")).toBeVisible();
  expect(seen.getByText("In 2 of 256 parts of the picture")).toBeVisible();
  const cellsOf = (name: RegExp) =>
    within(seen.getByRole("row", { name }))
      .getAllByRole("cell")
      .map(({ textContent }) => textContent);
  expect(cellsOf(/^Person/)).toEqual(["87 %", "12", "Porch"]);
  expect(cellsOf(/^Car, still/)).toEqual(["60 %", "new", "no zone"]);
});

describe("a replay", () => {
  const name = "replays/1";
  const START = new Date(2026, 10, 22, 12).getTime();
  const known = {
    name,
    camera: "cameras/front-door",
    startTime: timestampFromMs(START),
    endTime: timestampFromMs(START + 3_600_000),
    model: "yolo11n.torchscript",
    createTime: timestampFromMs(START + 7_200_000),
  };
  const done = {
    ...known,
    state: ReplayState.SUCCEEDED,
    pictures: 18_000n,
    picturesDetected: 300n,
    speed: 24,
    events: [
      { camera: "cameras/front-door", label: "person", score: 0.9, startTime: known.startTime },
      { camera: "cameras/front-door", label: "dog", score: 0.7, startTime: known.startTime },
    ],
    eventsSame: 1,
    eventsNew: [1],
    eventsMissing: ["events/41"],
  };

  it("runs with the settings of the page, and says what would be different", async () => {
    let asked = 0;
    const createReplay = vi.fn((_request: CreateReplayRequest) => ({
      replay: { ...known, state: ReplayState.QUEUED },
    }));
    const { user } = await openDetection(
      { zones: [porch] },
      {
        detection: {
          createReplay,
          getReplay: () => {
            asked += 1;
            return asked > 1
              ? { replay: done }
              : { replay: { ...known, state: ReplayState.RUNNING, progressPercent: 42.7 } };
          },
        },
        event: {
          getEvent: () => ({ event: { name: "events/41", label: "car", score: 0.8 } }),
        },
      },
    );
    await user.click(screen.getByRole("switch", { name: /^Only in zones/ }));
    await user.selectOptions(screen.getByLabelText("Model"), "yolo11n.torchscript");
    await user.click(button("Try it"));

    const replay = within(await screen.findByRole("group", { name: "Replay" }));
    expect(await replay.findByText("Runs (42 %)")).toBeVisible();
    const sent = createReplay.mock.calls[0]?.[0];
    expect(sent).toMatchObject({
      camera: "cameras/front-door",
      model: "models/yolo11n.torchscript",
      settings: { motion: true, onlyInZones: true, zones: [{ name: "Porch" }] },
    });
    const seconds = Number(sent?.endTime?.seconds) - Number(sent?.startTime?.seconds);
    expect(seconds).toBe(3_600);

    expect(await replay.findByText("1 event as recorded, 1 new, 1 missing.")).toBeVisible();
    expect(replay.getByText(/24 times as fast as they were taken/)).toBeVisible();
    const fresh = within(replay.getByRole("list", { name: /^New/ }));
    expect(fresh.getByRole("link", { name: /^Dog, 70 %/ })).toHaveAttribute(
      "href",
      expect.stringContaining("/cameras/front-door?at="),
    );
    const missing = within(replay.getByRole("list", { name: /^Missing/ }));
    expect(await missing.findByRole("link", { name: /^Car, 80 %/ })).toHaveAttribute(
      "href",
      "/events/41",
    );
  });

  it("is stopped, and one of before is looked at", async () => {
    let state = ReplayState.RUNNING;
    const { user } = await openDetection(
      {},
      {
        detection: {
          listReplays: () => ({ replays: [known, { ...known, name: "replays/2", camera: "x" }] }),
          getReplay: () => ({ replay: { ...known, state } }),
          cancelReplay: () => {
            state = ReplayState.CANCELLED;
            return { replay: { ...known, state } };
          },
        },
      },
    );
    const earlier = within(await screen.findByRole("table", { name: "Earlier replays" }));
    await user.click(earlier.getByRole("button"));
    const replay = within(await screen.findByRole("group", { name: "Replay" }));
    await user.click(replay.getByRole("button", { name: "Stop it" }));

    expect(await replay.findByText("Stopped")).toBeVisible();
    expect(replay.queryByRole("button", { name: "Stop it" })).not.toBeInTheDocument();
  });

  it("says where there is no such footage, and what is wrong with the settings", async () => {
    const { user } = await openDetection(
      { zones: [porch] },
      {
        detection: {
          createReplay: () => {
            throw refusedFields({
              end_time: "at most a day after the beginning",
              "settings.zones[0].name": "not this",
            });
          },
        },
      },
    );
    await user.click(button("Try it"));

    expect(await screen.findByText("At most a day after the beginning.")).toBeVisible();
    expect(screen.getByText("Not this.")).toBeVisible();
  });
});

it("boxes over a live picture are off at first, and a stream is open only while they are shown", async () => {
  const watchDetections = vi.fn(async function* (
    _request: WatchDetectionsRequest,
    { signal }: { signal: AbortSignal },
  ) {
    yield create(WatchDetectionsResponseSchema, { event: { case: "heartbeat", value: {} } });
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    ended += 1;
  });
  let ended = 0;
  const { user } = openApp(fakeServer({ cameras: [camera()], detection: { watchDetections } }), {
    path: "/live?camera=front-door",
    token: TOKEN,
  });
  const toggle = await screen.findByRole("button", { name: "Boxes around objects" });
  expect(toggle).toHaveAttribute("aria-pressed", "false");
  expect(watchDetections).not.toHaveBeenCalled();

  await user.keyboard("b");
  expect(toggle).toHaveAttribute("aria-pressed", "true");
  await waitFor(() => expect(watchDetections).toHaveBeenCalledTimes(1));
  expect(watchDetections.mock.calls[0]?.[0].camera).toBe("cameras/front-door");
  expect(localStorage.getItem("ronin.live.boxes")).toBe("true");

  await user.click(toggle);
  await waitFor(() => expect(ended).toBe(1));
  expect(localStorage.getItem("ronin.live.boxes")).toBe("false");
});
