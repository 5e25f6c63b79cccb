/**
 * What is wrong in the form of a camera, at its fields: seen before the server is asked, or refused
 * by it.
 */
import type { FieldViolation } from "../api/errors";
import { type CameraValues, hasSub, type SourceKey, type SourceValues } from "./cameraForm";
import { h265Field } from "./h265";
import { isId } from "./slug";

/** By form field, as "main.host". */
export type FieldErrors = Record<string, string>;

/** What can be seen to be wrong with name and id. `taken`: ids that are in use; undefined: fixed. */
export function validateName(
  { displayName, id }: CameraValues,
  taken: ReadonlySet<string> | undefined,
): FieldErrors {
  const errors: FieldErrors = {};
  if (displayName.trim() === "") {
    errors.displayName = "Give the camera a name.";
  }
  if (taken === undefined || id === "") {
    return errors;
  }
  if (!isId(id)) {
    errors.id = "Use a to z, 0 to 9 and -, beginning with a letter or digit; at most 63.";
  } else if (taken.has(id)) {
    errors.id = "There is a camera with this id. Choose another.";
  }
  return errors;
}

/** What can be seen to be wrong with the connection. */
export function validateConnection(values: CameraValues): FieldErrors {
  return {
    ...validateSource(values.main, "main"),
    ...(hasSub(values) && values.subIsElsewhere && validateSource(values.sub, "sub")),
  };
}

function validateSource(values: SourceValues, key: SourceKey): FieldErrors {
  const errors: FieldErrors = {};
  const port = Number(values.port);
  if (values.host.trim() === "") {
    errors[`${key}.host`] = "Enter the camera's host name or IP address.";
  }
  if (values.port !== "" && !(Number.isInteger(port) && port >= 1 && port <= 65_535)) {
    errors[`${key}.port`] = "A port is a number from 1 to 65535.";
  }
  if (values.username.trim() === "" && values.password !== "") {
    errors[`${key}.username`] = "A password needs a user name.";
  }
  return errors;
}

const FORM_FIELDS: Readonly<Record<string, string>> = {
  "camera.display_name": "displayName",
  camera_id: "id",
  "camera.id": "id",
  "camera.enabled": "enabled",
  "camera.record.enabled": "record",
  "camera.record.audio": "audio",
  "camera.record.retention_days": "retentionDays",
  "camera.record.retention_max_bytes": "retentionGb",
};

const SOURCE_FIELDS: Readonly<Record<string, keyof SourceValues>> = {
  url: "host",
  host: "host",
  port: "port",
  path: "path",
  username: "username",
  password: "password",
  transport: "transport",
  tls: "tls",
  allow_basic_auth: "allowBasicAuth",
  jitter_buffer_ms: "jitterBufferMs",
};

export interface PlacedErrors {
  fields: FieldErrors;
  /** Refused fields that the form does not show. */
  others: FieldViolation[];
}

/**
 * Finds the form field of each refused field. `checked` is the source a check was about, whose
 * fields the server calls "source.…".
 */
export function placeErrors(
  violations: readonly FieldViolation[],
  values: CameraValues,
  checked: SourceKey = "main",
): PlacedErrors {
  const placed: PlacedErrors = { fields: {}, others: [] };
  for (const violation of violations) {
    const field = formField(violation.field, values, checked);
    if (field === undefined) {
      placed.others.push(violation);
    } else {
      placed.fields[field] ??= violation.description;
    }
  }
  return placed;
}

function formField(path: string, values: CameraValues, checked: SourceKey): string | undefined {
  const match = /^(?:camera\.(main|sub)|source)(?:\.([a-z_]+))?$/.exec(path);
  if (match === null) {
    return FORM_FIELDS[path] ?? h265Field(path);
  }
  const key = (match[1] as SourceKey | undefined) ?? checked;
  if (key === "sub" && !hasSub(values)) {
    return undefined;
  }
  const field = match[2] === undefined ? "host" : SOURCE_FIELDS[match[2]];
  // All but the path of a sub stream beside the main stream is that of the main stream.
  const shown = key === "sub" && !values.subIsElsewhere && field !== "path" ? "main" : key;
  return field && `${shown}.${field}`;
}

/** Whether the field is one of the connection, not of name and recording. */
export function isOfConnection(field: string): boolean {
  return /^(main|sub)\./.test(field);
}
