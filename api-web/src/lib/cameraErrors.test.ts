/** What is wrong in the form of a camera, at its fields. */
import { describe, expect, it } from "vitest";
import { camera } from "../test/fakeServer";
import { placeErrors, validateConnection, validateName } from "./cameraErrors";
import { EMPTY_CAMERA, valuesOf } from "./cameraForm";

const violation = (field: string) => ({ field, description: `about ${field}` });
const known = valuesOf(camera());
const beside = { ...known, sub: { ...known.sub, path: "/sub" } };
const elsewhere = { ...beside, subIsElsewhere: true };

describe("name and id", () => {
  it("wants a name", () => {
    expect(Object.keys(validateName(EMPTY_CAMERA, undefined))).toEqual(["displayName"]);
  });

  it.each([
    ["Not An Id", true],
    ["gate", true],
    ["gate-2", false],
    ["", false],
  ])("of a new camera: whether %s is refused is %s", (id, isRefused) => {
    const errors = validateName({ ...known, id }, new Set(["gate"]));

    expect("id" in errors).toBe(isRefused);
  });

  it("leaves the id of a known camera alone", () => {
    expect(validateName({ ...known, id: "Not An Id" }, undefined)).toEqual({});
  });
});

describe("the connection", () => {
  it("wants a host, a port that can be one, and a user for a password", () => {
    const main = { ...EMPTY_CAMERA.main, port: 70_000, password: "pw" };

    expect(Object.keys(validateConnection({ ...EMPTY_CAMERA, main }))).toEqual([
      "main.host",
      "main.port",
      "main.username",
    ]);
    expect(validateConnection(known)).toEqual({});
  });

  it("looks at the address of a sub stream where it has one of its own", () => {
    expect(validateConnection(beside)).toEqual({});
    expect(Object.keys(validateConnection(elsewhere))).toEqual(["sub.host"]);
  });
});

describe("refused fields", () => {
  it.each([
    ["camera.display_name", "displayName"],
    ["camera_id", "id"],
    ["camera.id", "id"],
    ["camera.enabled", "enabled"],
    ["camera.main.host", "main.host"],
    ["camera.main.port", "main.port"],
    ["camera.main.allow_basic_auth", "main.allowBasicAuth"],
    ["camera.main.jitter_buffer_ms", "main.jitterBufferMs"],
    ["camera.main", "main.host"],
    ["source.password", "main.password"],
    ["camera.record.audio", "audio"],
    ["camera.record.h265.after", "h265.after"],
  ])("puts %s at %s", (field, place) => {
    expect(placeErrors([violation(field)], known).fields).toEqual({ [place]: `about ${field}` });
  });

  it("puts errors of a sub stream where it is entered", () => {
    const fields = [violation("source.path"), violation("source.username")];

    expect(Object.keys(placeErrors(fields, beside, "sub").fields)).toEqual([
      "sub.path",
      "main.username",
    ]);
    expect(Object.keys(placeErrors(fields, elsewhere, "sub").fields)).toEqual([
      "sub.path",
      "sub.username",
    ]);
  });

  it("keeps what the form does not show", () => {
    const placed = placeErrors([violation("camera.sub.host"), violation("camera.zoom")], known);

    expect(placed.fields).toEqual({});
    expect(placed.others.map(({ field }) => field)).toEqual(["camera.sub.host", "camera.zoom"]);
  });
});
