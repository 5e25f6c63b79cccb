/** From a camera to the form and from the form to a request. */
import { describe, expect, it } from "vitest";
import { Transport } from "../gen/ronin/v1/common_pb";
import { camera } from "../test/fakeServer";
import {
  type CameraValues,
  cameraOf,
  changedPaths,
  EMPTY_CAMERA,
  looksForMotion,
  sourceOf,
  swapped,
  valuesOf,
  withAddress,
  withBrand,
} from "./cameraForm";

function withPaths(main: string, sub: string): CameraValues {
  const source = { ...EMPTY_CAMERA.main, host: "cam", username: "me", password: "secret" };
  return {
    ...EMPTY_CAMERA,
    main: { ...source, path: main },
    sub: { ...EMPTY_CAMERA.sub, path: sub },
  };
}

describe("a request made of the form", () => {
  it("holds the parts of the connection, and never a whole address", () => {
    const source = sourceOf({
      ...EMPTY_CAMERA.main,
      host: " cam ",
      port: 8554,
      path: "/main",
      password: " with space ",
      transport: "udp",
    });

    expect(source).toMatchObject({
      url: "",
      host: "cam",
      port: 8554,
      path: "/main",
      password: " with space ",
      transport: Transport.UDP,
    });
  });

  it("has a sub source only where there is one", () => {
    expect(cameraOf(EMPTY_CAMERA).sub).toBeUndefined();
    expect(cameraOf(withPaths("/main", "/sub")).sub).toBeDefined();
  });

  it("has the sub source beside the main one, unless it is elsewhere", () => {
    const values = withPaths("/main", "/sub");
    const elsewhere = { ...values, subIsElsewhere: true, sub: { ...values.sub, host: "recorder" } };

    expect(cameraOf(values).sub).toMatchObject({ host: "cam", username: "me", path: "/sub" });
    expect(cameraOf(elsewhere).sub).toMatchObject({ host: "recorder", username: "", path: "/sub" });
  });
});

describe("valuesOf", () => {
  const main = { host: "cam", port: 554, path: "/Streaming/Channels/101", username: "me" };

  it("knows the brand by the path, and a sub source beside the main one", () => {
    const values = valuesOf(camera({ main, sub: { ...main, path: "/Streaming/Channels/102" } }));

    expect(values).toMatchObject({ brand: "hikvision", subIsElsewhere: false });
  });

  it("keeps a sub source that is elsewhere", () => {
    const known = camera({ main, sub: { ...main, username: "other", path: "/x" } });

    expect(valuesOf(known)).toMatchObject({ subIsElsewhere: true, sub: { username: "other" } });
    expect(cameraOf(valuesOf(known)).sub).toMatchObject({ username: "other" });
  });
});

describe("an address", () => {
  it("is taken apart, and the other stream's path is filled in where the brand is known", () => {
    const addressed = withAddress(
      EMPTY_CAMERA,
      "main",
      "rtsp://me:pw@cam:8554/cam/realmonitor?channel=3&subtype=0",
    );

    expect(addressed).toMatchObject({
      kind: "parts",
      values: {
        brand: "dahua",
        main: { host: "cam", port: 8554, username: "me", password: "pw" },
        sub: { path: "/cam/realmonitor?channel=3&subtype=1" },
      },
    });
  });

  it("of a sub stream fills in the main stream", () => {
    const addressed = withAddress(EMPTY_CAMERA, "main", "rtsp://cam/Streaming/Channels/202");

    expect(addressed).toMatchObject({
      words: expect.stringContaining("sub stream"),
      values: {
        main: { path: "/Streaming/Channels/201" },
        sub: { path: "/Streaming/Channels/202" },
      },
    });
  });

  it("leaves what it does not say", () => {
    const values = withPaths("/main", "/sub");

    expect(withAddress(values, "main", "rtsp://other")).toMatchObject({
      values: {
        main: { host: "other", path: "/main", username: "me", password: "secret" },
        sub: { path: "/sub" },
      },
    });
    expect(withAddress(values, "main", "cam")).toEqual({ kind: "same" });
  });
});

describe("another brand", () => {
  it("brings its paths", () => {
    const hikvision = withBrand(EMPTY_CAMERA, "hikvision");
    const tapo = withBrand(hikvision, "tapo");

    expect(hikvision.main.path).toBe("/Streaming/Channels/101");
    expect([tapo.main.path, tapo.sub.path]).toEqual(["/stream1", "/stream2"]);
    expect(withBrand(tapo, "other").main.path).toBe("");
  });

  it("leaves paths that were typed", () => {
    expect(withBrand(withPaths("/mine", ""), "tapo")).toMatchObject({
      main: { path: "/mine" },
      sub: { path: "/stream2" },
    });
  });
});

describe("swapping the streams", () => {
  it("exchanges the paths, or the whole sources where they differ", () => {
    const values = withPaths("/main", "/sub");
    const elsewhere = { ...values, subIsElsewhere: true, sub: { ...values.sub, host: "recorder" } };

    expect(swapped(values)).toMatchObject({
      main: { host: "cam", path: "/sub" },
      sub: { path: "/main" },
    });
    expect(swapped(elsewhere)).toMatchObject({
      main: { host: "recorder", path: "/sub" },
      sub: { host: "cam", path: "/main" },
    });
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
    expect(changedPaths(before, { ...before, sub: { ...before.sub, path: "/sub" } })).toEqual([
      "sub",
    ]);
    expect(changedPaths(before, { ...before, enabled: false })).toEqual(["enabled"]);
    expect(changedPaths(before, { ...before, record: false, audio: false })).toEqual([
      "record.enabled",
      "record.audio",
    ]);
  });

  it("names a sub source that was removed", () => {
    const withSub = valuesOf(cameraOf(withPaths("/main", "/sub")));
    const without = { ...withSub, sub: { ...withSub.sub, path: "" } };

    expect(changedPaths(withSub, without)).toEqual(["sub"]);
  });
});

describe("motion", () => {
  it("is looked for where there is a sub stream, until somebody says otherwise", () => {
    expect(looksForMotion(withPaths("/main", ""))).toBe(false);
    expect(looksForMotion(withPaths("/main", "/sub"))).toBe(true);
    expect(cameraOf(withPaths("/main", "/sub")).detect?.motion).toBeUndefined();

    const off: CameraValues = { ...withPaths("/main", "/sub"), motion: false };
    expect(looksForMotion(off)).toBe(false);
    expect(cameraOf(off).detect).toMatchObject({ motion: false });
  });

  it("is changed by itself, and comes back from the camera", () => {
    const before = valuesOf(camera({ detect: { motion: true, sensitivity: 1 } }));
    expect(before).toMatchObject({ motion: true, sensitivity: "low" });
    expect(changedPaths(before, { ...before, motion: false })).toEqual(["detect.motion"]);
    expect(changedPaths(before, { ...before, sensitivity: "high" })).toEqual([
      "detect.sensitivity",
    ]);
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

describe("H.265", () => {
  const known = camera({ record: { enabled: true, h265: { minimumSavingPercent: 30 } } });

  it("is off for a new camera", () => {
    expect(cameraOf(EMPTY_CAMERA).record?.h265).toBeUndefined();
  });

  it("comes back from the camera, and is changed by itself", () => {
    const before = valuesOf(known);
    const h265 = { ...before.h265, saving: 40 };

    expect(before.h265).toMatchObject({ isOn: true, saving: 30 });
    expect(changedPaths(before, valuesOf(known))).toEqual([]);
    expect(changedPaths(before, { ...before, h265 })).toEqual(["record.h265"]);
    expect(changedPaths(before, { ...before, h265: { ...h265, isOn: false } })).toEqual([
      "record.h265",
    ]);
  });
});
