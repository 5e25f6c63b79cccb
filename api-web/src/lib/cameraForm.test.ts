/** From the camera form to a request, and from refused fields to the form. */
import { describe, expect, it } from "vitest";
import { Transport } from "../gen/ronin/v1/common_pb";
import { camera } from "../test/fakeServer";
import {
  cameraOf,
  changedPaths,
  EMPTY_CAMERA,
  placeErrors,
  sourceOf,
  validate,
  valuesOf,
} from "./cameraForm";

const violation = (field: string) => ({ field, description: `about ${field}` });

describe("a request made of the form", () => {
  it("holds the one-line address and nothing of the parts", () => {
    const source = sourceOf({
      ...EMPTY_CAMERA.main,
      url: " rtsp://cam/main ",
      host: "left-over",
      transport: "udp",
    });

    expect(source).toMatchObject({ url: "rtsp://cam/main", host: "", transport: Transport.UDP });
  });

  it("holds the parts and no address", () => {
    const source = sourceOf({
      ...EMPTY_CAMERA.main,
      mode: "parts",
      url: "rtsp://left-over",
      host: " cam ",
      port: 8554,
      path: "/main",
      password: " with space ",
    });

    expect(source).toMatchObject({
      url: "",
      host: "cam",
      port: 8554,
      path: "/main",
      password: " with space ",
    });
  });

  it("has a sub source only where there is one", () => {
    expect(cameraOf(EMPTY_CAMERA).sub).toBeUndefined();
    expect(cameraOf({ ...EMPTY_CAMERA, hasSub: true }).sub).toBeDefined();
  });
});

describe("changedPaths", () => {
  const before = valuesOf(camera());

  it("is empty when nothing changed", () => {
    expect(changedPaths(before, valuesOf(camera()))).toEqual([]);
  });

  it("names what changed and nothing else", () => {
    expect(changedPaths(before, { ...before, displayName: "Gate" })).toEqual(["display_name"]);
    expect(changedPaths(before, { ...before, main: { ...before.main, password: "new" } })).toEqual([
      "main",
    ]);
    expect(changedPaths(before, { ...before, hasSub: true })).toEqual(["sub"]);
    expect(changedPaths(before, { ...before, record: false, audio: false })).toEqual([
      "record.enabled",
      "record.audio",
    ]);
  });

  it("names a sub source that was removed", () => {
    const withSub = valuesOf(camera({ sub: { host: "cam", path: "/sub" } }));

    expect(changedPaths(withSub, { ...withSub, hasSub: false })).toEqual(["sub"]);
  });
});

describe("validate", () => {
  it("wants a name and an address", () => {
    expect(Object.keys(validate(EMPTY_CAMERA, true))).toEqual(["displayName", "main.url"]);
  });

  it("checks the id of a new camera only", () => {
    const values = { ...valuesOf(camera()), id: "Not An Id" };

    expect(validate(values, true)).toHaveProperty("id");
    expect(validate(values, false)).toEqual({});
  });

  it("checks the sub source where there is one", () => {
    const values = { ...valuesOf(camera()), hasSub: true };

    expect(validate(values, false)).toHaveProperty(["sub.url"]);
  });
});

describe("placeErrors", () => {
  const inParts = valuesOf(camera());

  it.each([
    ["camera.display_name", "displayName"],
    ["camera_id", "id"],
    ["camera.id", "id"],
    ["camera.main.host", "main.host"],
    ["camera.main.port", "main.port"],
    ["camera.main.allow_basic_auth", "main.allowBasicAuth"],
    ["camera.main.url", "main.host"],
    ["camera.main", "main.host"],
    ["source.password", "main.password"],
    ["camera.record.audio", "audio"],
  ])("puts %s at %s when the address is in parts", (field, place) => {
    expect(placeErrors([violation(field)], inParts).fields).toEqual({ [place]: `about ${field}` });
  });

  it.each([
    ["camera.main.url", "main.url"],
    ["camera.main.host", "main.url"],
    ["source.port", "main.url"],
  ])("puts %s at %s when the address is one line", (field, place) => {
    expect(placeErrors([violation(field)], EMPTY_CAMERA).fields).toHaveProperty([place]);
  });

  it("puts errors of a tested sub stream at the sub stream", () => {
    const values = { ...inParts, hasSub: true, sub: inParts.main };

    expect(placeErrors([violation("source.host")], values, "sub").fields).toHaveProperty([
      "sub.host",
    ]);
  });

  it("keeps what the form does not show", () => {
    const placed = placeErrors([violation("camera.sub.host"), violation("camera.zoom")], inParts);

    expect(placed.fields).toEqual({});
    expect(placed.others.map(({ field }) => field)).toEqual(["camera.sub.host", "camera.zoom"]);
  });
});

describe("limits of one camera", () => {
  it("are in GB in the form and in bytes in the request", () => {
    const before = valuesOf(camera());
    const after = { ...before, retentionDays: 7, retentionGb: 1.5 };

    expect(before).toMatchObject({ retentionDays: "", retentionGb: "" });
    expect(cameraOf(after).record).toMatchObject({
      retentionDays: 7,
      retentionMaxBytes: 1_500_000_000n,
    });
    expect(changedPaths(before, after)).toEqual([
      "record.retention_days",
      "record.retention_max_bytes",
    ]);
    expect(valuesOf(cameraOf(after))).toMatchObject({ retentionDays: 7, retentionGb: 1.5 });
  });

  it("are 0 where nothing is typed, which leaves all to the limits of all cameras", () => {
    const limited = valuesOf(camera({ record: { enabled: true, audio: true, retentionDays: 7 } }));
    const after = { ...limited, retentionDays: "" as const };

    expect(cameraOf(after).record?.retentionDays).toBe(0);
    expect(changedPaths(limited, after)).toEqual(["record.retention_days"]);
  });
});
