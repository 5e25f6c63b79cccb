/** Lists of cameras as files. */
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { CameraState, H265Quality } from "../gen/ronin/v1/camera_pb";
import { Transport } from "../gen/ronin/v1/common_pb";
import { camera } from "../test/fakeServer";
import { cameraListOf, readCameraList } from "./cameraList";
import { DAY_MS } from "./time";

const DOOR = camera({ id: "door", displayName: "Tür 🚪" });
const YARD = camera({
  id: "yard",
  displayName: "Yard",
  enabled: false,
  sub: { host: "192.168.1.21", port: 554, path: "/sub", transport: Transport.UDP },
  record: {
    enabled: true,
    audio: false,
    retentionDays: 7,
    retentionMaxBytes: 5_000_000_000n,
    h265: {
      after: durationFromMs(7 * DAY_MS),
      quality: H265Quality.SMALL,
      minimumSavingPercent: 20,
      schedule: { timeZone: "UTC", hours: [{ days: [7], startMinute: 60, endMinute: 300 }] },
    },
  },
});

function read(text: string) {
  const list = readCameraList(text);
  if (list.kind !== "list") {
    throw new Error(list.problem);
  }
  return list.cameras;
}

const problem = (text: string) => {
  const list = readCameraList(text);
  return list.kind === "unreadable" ? list.problem : undefined;
};

it("holds what people set, and reads it again", () => {
  const text = cameraListOf([DOOR, YARD]);
  const cameras = read(text);

  expect(cameras).toMatchObject([
    { id: "door", displayName: "Tür 🚪", enabled: true, main: { username: "viewer" } },
    {
      id: "yard",
      enabled: false,
      sub: { host: "192.168.1.21", path: "/sub", transport: Transport.UDP },
      record: {
        audio: false,
        retentionDays: 7,
        retentionMaxBytes: 5_000_000_000n,
        h265: {
          after: { seconds: 604_800n },
          quality: H265Quality.SMALL,
          minimumSavingPercent: 20,
          schedule: { timeZone: "UTC", hours: [{ days: [7], startMinute: 60, endMinute: 300 }] },
        },
      },
    },
  ]);
  expect(cameraListOf(cameras)).toBe(text);
});

it("says nothing of how cameras are doing, nor of passwords", () => {
  const text = cameraListOf([camera({ status: { state: CameraState.BACKOFF } })]);

  expect(text).not.toMatch(/status|etag|password|"name"/i);
});

it("takes a password and a whole address that somebody wrote in", () => {
  const [one] = read(
    JSON.stringify({
      format: "ronin-cameras",
      version: 1,
      cameras: [
        { display_name: "Gate", main: { url: "rtsp://192.168.1.9/main", password: "secret" } },
      ],
    }),
  );

  expect(one?.main).toMatchObject({ url: "rtsp://192.168.1.9/main", password: "secret" });
});

it("says what is wrong with a file, and where", () => {
  const list = (cameras: unknown, version = 1) =>
    JSON.stringify({ format: "ronin-cameras", version, cameras });
  expect(problem("{")).toMatch(/^It is not JSON: /);
  for (const other of ["null", "[]", "1", "{}", list("x")]) {
    expect(problem(other)).toMatch(/^It is no list of cameras\./);
  }
  expect(problem(list([], 2))).toBe("It is of version 2, and this program reads 1.");
  expect(problem(list([]))).toBe("There is no camera in it.");
  expect(problem(list([{}, { display_name: 5 }]))).toMatch(
    /^Camera 2 of the list cannot be read: /,
  );
  expect(problem(list([{ colour: "red" }]))).toMatch(/^Camera 1 .*colour/);
});
