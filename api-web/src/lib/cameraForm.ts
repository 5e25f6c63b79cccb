/**
 * A camera as the form holds it: from a camera, and to a request.
 *
 * Not here: the form itself (`components/cameras`), what is wrong in it (`cameraErrors`), H.265
 * (`h265`), and the calls (`pages`).
 */
import { create, equals, toJsonString } from "@bufbuild/protobuf";
import {
  type Camera,
  CameraSchema,
  DetectSettingsSchema,
  MotionSensitivity,
  RecordSettingsSchema,
  type Source,
  SourceSchema,
} from "../gen/ronin/v1/camera_pb";
import { Transport } from "../gen/ronin/v1/common_pb";
import { type BrandId, brandOf, pathsFor, recognise } from "./brands";
import { type H265Values, h265Of, h265Values, sameH265 } from "./h265";
import { takeApart } from "./rtspUrl";
import { bytesOf, gbOf } from "./storagePolicy";

export interface SourceValues {
  host: string;
  /** Empty: the usual port. */
  port: number | "";
  path: string;
  username: string;
  password: string;
  transport: "tcp" | "udp";
  tls: boolean;
  allowBasicAuth: boolean;
  /** Milliseconds that a packet may be late; empty: what fits the transport. */
  jitterBufferMs: number | "";
}

export interface CameraValues {
  brand: BrandId;
  displayName: string;
  id: string;
  enabled: boolean;
  main: SourceValues;
  /** Of it only the path counts, unless it is elsewhere. */
  sub: SourceValues;
  /** Whether the sub stream has an address and a sign-in of its own. */
  subIsElsewhere: boolean;
  record: boolean;
  audio: boolean;
  /** Days; empty: as for all cameras. */
  retentionDays: number | "";
  /** GB of 1000 MB; empty: no limit of its own. */
  retentionGb: number | "";
  /** When footage is encoded anew. */
  h265: H265Values;
  /** Whether motion is looked for; undefined: where there is a sub stream. */
  motion: boolean | undefined;
  sensitivity: Sensitivity;
}

export type Sensitivity = "low" | "normal" | "high";

/** Which of a camera's two sources. */
export type SourceKey = "main" | "sub";

const EMPTY_SOURCE: SourceValues = {
  host: "",
  port: "",
  path: "",
  username: "",
  password: "",
  transport: "tcp",
  tls: false,
  allowBasicAuth: false,
  jitterBufferMs: "",
};

/** The form for a new camera. */
export const EMPTY_CAMERA: CameraValues = {
  brand: "other",
  displayName: "",
  id: "",
  enabled: true,
  main: EMPTY_SOURCE,
  sub: EMPTY_SOURCE,
  subIsElsewhere: false,
  record: true,
  audio: true,
  retentionDays: "",
  retentionGb: "",
  h265: h265Values(undefined),
  motion: undefined,
  sensitivity: "normal",
};

/** The form for a camera there is. Passwords never come back from the server. */
export function valuesOf(camera: Camera): CameraValues {
  const main = sourceValues(camera.main);
  const sub = camera.sub ? sourceValues(camera.sub) : EMPTY_SOURCE;
  return {
    brand: recognise(main.path)?.brand ?? "other",
    displayName: camera.displayName,
    id: camera.id,
    enabled: camera.enabled ?? true,
    main,
    sub,
    subIsElsewhere: camera.sub !== undefined && !isBeside(main, sub),
    record: camera.record?.enabled ?? true,
    audio: camera.record?.audio ?? true,
    retentionDays: camera.record?.retentionDays || "",
    retentionGb: gbOf(camera.record?.retentionMaxBytes),
    h265: h265Values(camera.record?.h265),
    motion: camera.detect?.motion,
    sensitivity: sensitivityOf(camera.detect?.sensitivity),
  };
}

export const SENSITIVITIES: Record<Sensitivity, MotionSensitivity> = {
  low: MotionSensitivity.LOW,
  normal: MotionSensitivity.NORMAL,
  high: MotionSensitivity.HIGH,
};

export function sensitivityOf(wire: MotionSensitivity | undefined): Sensitivity {
  const known = (["low", "high"] as const).find((name) => SENSITIVITIES[name] === wire);
  return known ?? "normal";
}

/** Whether motion is looked for, said or not. */
export function looksForMotion(values: CameraValues): boolean {
  return values.motion ?? hasSub(values);
}

/** Whether the sub stream differs from the main stream in nothing but its path. */
function isBeside(main: SourceValues, sub: SourceValues): boolean {
  return equals(SourceSchema, sourceOf({ ...main, path: "" }), sourceOf({ ...sub, path: "" }));
}

function sourceValues(source: Source | undefined): SourceValues {
  if (source === undefined) {
    return EMPTY_SOURCE;
  }
  return {
    host: source.host,
    port: source.port === 0 ? "" : source.port,
    path: source.path,
    username: source.username,
    password: "",
    transport: source.transport === Transport.UDP ? "udp" : "tcp",
    tls: source.tls,
    allowBasicAuth: source.allowBasicAuth,
    jitterBufferMs: source.jitterBufferMs === 0 ? "" : source.jitterBufferMs,
  };
}

/** The source that a form describes. */
export function sourceOf(values: SourceValues): Source {
  return create(SourceSchema, {
    host: values.host.trim(),
    // A number field holds text while it is half typed.
    port: Number(values.port) || 0,
    path: values.path.trim(),
    username: values.username.trim(),
    password: values.password,
    transport: values.transport === "udp" ? Transport.UDP : Transport.TCP,
    tls: values.tls,
    allowBasicAuth: values.allowBasicAuth,
    jitterBufferMs: Number(values.jitterBufferMs) || 0,
  });
}

/** Whether the form describes a sub stream. */
export function hasSub({ sub, subIsElsewhere }: CameraValues): boolean {
  return sub.path.trim() !== "" || (subIsElsewhere && sub.host.trim() !== "");
}

/** The source of a stream; undefined where the form describes none. */
export function streamOf(values: CameraValues, key: SourceKey): Source | undefined {
  if (key === "main") {
    return sourceOf(values.main);
  }
  if (!hasSub(values)) {
    return undefined;
  }
  const { main, sub, subIsElsewhere } = values;
  return sourceOf(subIsElsewhere ? sub : { ...main, path: sub.path });
}

/** Says whether two connections are the same; holds the password, so it is shown nowhere. */
export function connectionKey(values: CameraValues, key: SourceKey): string {
  const source = streamOf(values, key);
  return source === undefined ? "" : toJsonString(SourceSchema, source);
}

/** The camera that a form describes. */
export function cameraOf(values: CameraValues): Camera {
  const sub = streamOf(values, "sub");
  const h265 = h265Of(values.h265);
  return create(CameraSchema, {
    displayName: values.displayName.trim(),
    enabled: values.enabled,
    main: sourceOf(values.main),
    ...(sub && { sub }),
    record: create(RecordSettingsSchema, {
      enabled: values.record,
      audio: values.audio,
      retentionDays: Number(values.retentionDays || 0),
      retentionMaxBytes: bytesOf(values.retentionGb),
      ...(h265 && { h265 }),
    }),
    detect: create(DetectSettingsSchema, {
      sensitivity: SENSITIVITIES[values.sensitivity],
      ...(values.motion !== undefined && { motion: values.motion }),
    }),
  });
}

/** The fields to name in an update: only what differs, so that nothing restarts without need. */
export function changedPaths(before: CameraValues, after: CameraValues): string[] {
  const [old, next] = [cameraOf(before), cameraOf(after)];
  const differs: readonly (readonly [string, boolean])[] = [
    ["display_name", old.displayName !== next.displayName],
    ["enabled", old.enabled !== next.enabled],
    ["main", !sameSource(old.main, next.main)],
    ["sub", !sameSource(old.sub, next.sub)],
    ["record.enabled", old.record?.enabled !== next.record?.enabled],
    ["record.audio", old.record?.audio !== next.record?.audio],
    ["record.retention_days", old.record?.retentionDays !== next.record?.retentionDays],
    [
      "record.retention_max_bytes",
      old.record?.retentionMaxBytes !== next.record?.retentionMaxBytes,
    ],
    ["record.h265", !sameH265(old.record?.h265, next.record?.h265)],
    ["detect.motion", old.detect?.motion !== next.detect?.motion],
    ["detect.sensitivity", old.detect?.sensitivity !== next.detect?.sensitivity],
  ];
  return differs.filter(([, isDifferent]) => isDifferent).map(([path]) => path);
}

function sameSource(a: Source | undefined, b: Source | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equals(SourceSchema, a, b);
}

/** The form for another brand: its paths take the place of those of the brand before. */
export function withBrand(values: CameraValues, id: BrandId): CameraValues {
  const paths = pathsFor(brandOf(id), { main: values.main.path, sub: values.sub.path });
  return {
    ...values,
    brand: id,
    main: { ...values.main, path: paths.main },
    sub: { ...values.sub, path: paths.sub },
  };
}

export type Addressed =
  /** Nothing was to be taken apart. */
  | { kind: "same" }
  | { kind: "parts"; values: CameraValues; words: string }
  | { kind: "unreadable"; problem: string };

/** The form after `address` was entered as the address of a stream: taken apart if it can be. */
export function withAddress(values: CameraValues, key: SourceKey, address: string): Addressed {
  const taken = takeApart(address);
  if (taken.kind !== "parts") {
    return taken.kind === "host" ? { kind: "same" } : taken;
  }
  const { parts } = taken;
  const old = values[key];
  const source: SourceValues = {
    ...old,
    host: parts.host,
    port: parts.port,
    tls: parts.tls,
    // What the address does not say stays as it is.
    path: parts.path || old.path,
    ...(parts.username !== "" && {
      username: parts.username,
      password: parts.password || old.password,
    }),
  };
  const known = key === "main" ? recognise(parts.path) : undefined;
  const words = addressedWords(parts.path, known);
  if (known === undefined) {
    return { kind: "parts", values: { ...values, [key]: source }, words };
  }
  return {
    kind: "parts",
    values: {
      ...values,
      brand: known.brand,
      main: { ...source, path: known.paths.main },
      sub: { ...values.sub, path: known.paths.sub },
    },
    words,
  };
}

function addressedWords(path: string, known: ReturnType<typeof recognise>): string {
  if (known === undefined) {
    return path === ""
      ? "The address is taken apart."
      : "The address is taken apart, with its path.";
  }
  const { label } = brandOf(known.brand);
  return known.isSub
    ? `The address is taken apart. It is that of the sub stream (${label}); the path of the main stream is filled in beside it.`
    : `The address is taken apart. The path is that of ${label}, so the path of the sub stream is filled in too.`;
}

/** The form with main and sub stream exchanged. */
export function swapped(values: CameraValues): CameraValues {
  const { main, sub, subIsElsewhere } = values;
  return subIsElsewhere
    ? { ...values, main: sub, sub: main }
    : {
        ...values,
        main: { ...main, path: sub.path },
        sub: { ...sub, path: main.path },
      };
}
