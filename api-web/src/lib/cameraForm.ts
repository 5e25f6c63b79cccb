/**
 * A camera as the form holds it: from a camera, to a request, and where a refused field is shown.
 *
 * Not here: the form itself (`components/cameras/CameraForm`) and the calls (`pages`).
 */
import { create, equals } from "@bufbuild/protobuf";
import type { FieldViolation } from "../api/errors";
import {
  type Camera,
  CameraSchema,
  RecordSettingsSchema,
  type Source,
  SourceSchema,
} from "../gen/ronin/v1/camera_pb";
import { Transport } from "../gen/ronin/v1/common_pb";
import { isId } from "./slug";
import { bytesOf, gbOf } from "./storagePolicy";

/** How the address of a source is typed. */
export type AddressMode = "url" | "parts";

export interface SourceValues {
  mode: AddressMode;
  url: string;
  host: string;
  /** Empty: the usual port. */
  port: number | "";
  path: string;
  username: string;
  password: string;
  transport: "tcp" | "udp";
  tls: boolean;
  allowBasicAuth: boolean;
}

export interface CameraValues {
  displayName: string;
  id: string;
  main: SourceValues;
  hasSub: boolean;
  sub: SourceValues;
  record: boolean;
  audio: boolean;
  /** Days; empty: as for all cameras. */
  retentionDays: number | "";
  /** GB of 1000 MB; empty: no limit of its own. */
  retentionGb: number | "";
}

/** Which of a camera's two sources. */
export type SourceKey = "main" | "sub";

const EMPTY_SOURCE: SourceValues = {
  mode: "url",
  url: "",
  host: "",
  port: "",
  path: "",
  username: "",
  password: "",
  transport: "tcp",
  tls: false,
  allowBasicAuth: false,
};

/** The form for a new camera. */
export const EMPTY_CAMERA: CameraValues = {
  displayName: "",
  id: "",
  main: EMPTY_SOURCE,
  hasSub: false,
  sub: EMPTY_SOURCE,
  record: true,
  audio: true,
  retentionDays: "",
  retentionGb: "",
};

/** The form for a camera there is. Passwords never come back from the server. */
export function valuesOf(camera: Camera): CameraValues {
  return {
    displayName: camera.displayName,
    id: camera.id,
    main: sourceValues(camera.main),
    hasSub: camera.sub !== undefined,
    sub: sourceValues(camera.sub),
    record: camera.record?.enabled ?? true,
    audio: camera.record?.audio ?? true,
    retentionDays: camera.record?.retentionDays || "",
    retentionGb: gbOf(camera.record?.retentionMaxBytes),
  };
}

function sourceValues(source: Source | undefined): SourceValues {
  if (source === undefined) {
    return EMPTY_SOURCE;
  }
  return {
    mode: "parts",
    url: "",
    host: source.host,
    port: source.port === 0 ? "" : source.port,
    path: source.path,
    username: source.username,
    password: "",
    transport: source.transport === Transport.UDP ? "udp" : "tcp",
    tls: source.tls,
    allowBasicAuth: source.allowBasicAuth,
  };
}

/** The source that a form describes. */
export function sourceOf(values: SourceValues): Source {
  const common = {
    transport: values.transport === "udp" ? Transport.UDP : Transport.TCP,
    allowBasicAuth: values.allowBasicAuth,
  };
  if (values.mode === "url") {
    return create(SourceSchema, { ...common, url: values.url.trim() });
  }
  return create(SourceSchema, {
    ...common,
    host: values.host.trim(),
    // A number field holds text while it is half typed.
    port: Number(values.port) || 0,
    path: values.path.trim(),
    username: values.username.trim(),
    password: values.password,
    tls: values.tls,
  });
}

/** The camera that a form describes. */
export function cameraOf(values: CameraValues): Camera {
  return create(CameraSchema, {
    displayName: values.displayName.trim(),
    main: sourceOf(values.main),
    ...(values.hasSub && { sub: sourceOf(values.sub) }),
    record: create(RecordSettingsSchema, {
      enabled: values.record,
      audio: values.audio,
      retentionDays: Number(values.retentionDays || 0),
      retentionMaxBytes: bytesOf(values.retentionGb),
    }),
  });
}

/** The fields to name in an update: only what differs, so that nothing restarts without need. */
export function changedPaths(before: CameraValues, after: CameraValues): string[] {
  const [old, next] = [cameraOf(before), cameraOf(after)];
  const paths: string[] = [];
  if (old.displayName !== next.displayName) {
    paths.push("display_name");
  }
  if (!sameSource(old.main, next.main)) {
    paths.push("main");
  }
  if (!sameSource(old.sub, next.sub)) {
    paths.push("sub");
  }
  if (old.record?.enabled !== next.record?.enabled) {
    paths.push("record.enabled");
  }
  if (old.record?.audio !== next.record?.audio) {
    paths.push("record.audio");
  }
  if (old.record?.retentionDays !== next.record?.retentionDays) {
    paths.push("record.retention_days");
  }
  if (old.record?.retentionMaxBytes !== next.record?.retentionMaxBytes) {
    paths.push("record.retention_max_bytes");
  }
  return paths;
}

function sameSource(a: Source | undefined, b: Source | undefined): boolean {
  return a === undefined || b === undefined ? a === b : equals(SourceSchema, a, b);
}

/** What can be seen to be wrong before asking the server, by form field. */
export function validate(values: CameraValues, isNew: boolean): Record<string, string> {
  const errors: Record<string, string> = {};
  if (values.displayName.trim() === "") {
    errors.displayName = "Give the camera a name.";
  }
  if (isNew && values.id !== "" && !isId(values.id)) {
    errors.id = "Use a to z, 0 to 9 and -, beginning with a letter or digit; at most 63.";
  }
  Object.assign(errors, validateSource(values.main, "main"));
  if (values.hasSub) {
    Object.assign(errors, validateSource(values.sub, "sub"));
  }
  return errors;
}

/** What can be seen to be wrong with one source, by form field. */
export function validateSource(values: SourceValues, key: SourceKey): Record<string, string> {
  if (values.mode === "url") {
    return /^rtsps?:\/\/[^\s/]/.test(values.url.trim())
      ? {}
      : { [`${key}.url`]: "Enter an address that begins with rtsp:// or rtsps://." };
  }
  return values.host.trim() === ""
    ? { [`${key}.host`]: "Enter the camera's host name or IP address." }
    : {};
}

const FORM_FIELDS: Readonly<Record<string, string>> = {
  "camera.display_name": "displayName",
  camera_id: "id",
  "camera.id": "id",
  "camera.record.enabled": "record",
  "camera.record.audio": "audio",
  "camera.record.retention_days": "retentionDays",
  "camera.record.retention_max_bytes": "retentionGb",
};

const SOURCE_FIELDS: Readonly<Record<string, keyof SourceValues>> = {
  url: "url",
  host: "host",
  port: "port",
  path: "path",
  username: "username",
  password: "password",
  transport: "transport",
  tls: "tls",
  allow_basic_auth: "allowBasicAuth",
};

export interface PlacedErrors {
  /** By form field. */
  fields: Record<string, string>;
  /** Refused fields that the form does not show. */
  others: FieldViolation[];
}

/**
 * Finds the form field of each refused field. `tested` is the source a probe was about, whose
 * fields the server calls "source.…".
 */
export function placeErrors(
  violations: readonly FieldViolation[],
  values: CameraValues,
  tested: SourceKey = "main",
): PlacedErrors {
  const placed: PlacedErrors = { fields: {}, others: [] };
  for (const violation of violations) {
    const field = formField(violation.field, values, tested);
    if (field === undefined) {
      placed.others.push(violation);
    } else {
      placed.fields[field] ??= violation.description;
    }
  }
  return placed;
}

function formField(path: string, values: CameraValues, tested: SourceKey): string | undefined {
  const match = /^(?:camera\.(main|sub)|source)(?:\.([a-z_]+))?$/.exec(path);
  if (match === null) {
    return FORM_FIELDS[path];
  }
  const key = (match[1] as SourceKey | undefined) ?? tested;
  if (key === "sub" && !values.hasSub) {
    return undefined;
  }
  const { mode } = values[key];
  // In one line everything about the address is that line.
  if (mode === "url") {
    return match[2] === "transport" ? `${key}.transport` : `${key}.url`;
  }
  const field = match[2] === undefined || match[2] === "url" ? "host" : SOURCE_FIELDS[match[2]];
  return field && `${key}.${field}`;
}
