/** Models and replays in words. */
import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { ModelSchema, ModelState, ReplaySchema, ReplayState } from "../gen/ronin/v1/detection_pb";
import {
  inputWords,
  modelFile,
  modelStateWords,
  pictureMsWords,
  picturesWords,
  runningModel,
} from "./modelWords";
import { isRunning, newEvents, replayStateWords, replayWorkWords } from "./replays";

it("says what a replay did, and which events are new", () => {
  const replay = create(ReplaySchema, {
    state: ReplayState.RUNNING,
    pictures: 900n,
    picturesDetected: 40n,
    speed: 11.6,
    events: [{ label: "car" }, { label: "cat" }],
    eventsNew: [1, 7],
  });

  expect(replayStateWords(replay)).toBe("Runs");
  expect(isRunning(replay)).toBe(true);
  expect(replayWorkWords(replay)).toBe(
    "900 pictures looked at, 40 of them by the detector, 12 times as fast as they were taken.",
  );
  expect(newEvents(replay).map(({ label }) => label)).toEqual(["cat"]);
  expect(isRunning(create(ReplaySchema, { state: ReplayState.FAILED }))).toBe(false);
});

it("says how a model does, and nothing of one that was never loaded", () => {
  const name = "models/yolo11n.torchscript";
  const idle = create(ModelSchema, { name, state: ModelState.AVAILABLE });
  const busy = create(ModelSchema, {
    name,
    state: ModelState.RUNNING,
    inputWidth: 640,
    inputHeight: 384,
    pictures: 120n,
    picturesReplaced: 3n,
  });

  expect(modelFile(name)).toBe("yolo11n.torchscript");
  expect([modelStateWords(idle), inputWords(idle), picturesWords(idle)]).toEqual([
    "Not in use",
    undefined,
    undefined,
  ]);
  expect([modelStateWords(busy), inputWords(busy), picturesWords(busy)]).toEqual([
    "In use",
    "640 × 384",
    "120, and 3 that a newer one replaced",
  ]);
  expect([pictureMsWords(0), pictureMsWords(4.21), pictureMsWords(31.4)]).toEqual([
    undefined,
    "4.2 ms",
    "31 ms",
  ]);
  expect(runningModel([idle, busy])).toBe(busy);
});
