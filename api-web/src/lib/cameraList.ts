/**
 * A list of cameras as a file: JSON that people can read and change. Passwords are not in what is
 * written, because the server does not tell them; whoever writes one in has it read.
 *
 * Not here: adding the cameras (`pages/ImportCamerasPage`).
 */
import { create, fromJson, type JsonValue, toJson } from "@bufbuild/protobuf";
import { type Camera, CameraSchema, SourceSchema } from "../gen/ronin/v1/camera_pb";

const FORMAT = "ronin-cameras";
const VERSION = 1;
/** A list of a thousand cameras is a few hundred kilobytes. */
export const LIST_MAX_BYTES = 4_000_000;

/** The cameras as the text of a file. */
export function cameraListOf(cameras: readonly Camera[]): string {
  const entries = cameras.map((camera) =>
    toJson(CameraSchema, asSettings(camera), { useProtoFieldName: true }),
  );
  return `${JSON.stringify({ format: FORMAT, version: VERSION, cameras: entries }, null, 2)}\n`;
}

/** What a person set of a camera, without what the server says of it. */
function asSettings({ id, displayName, enabled, main, sub, record, detect }: Camera): Camera {
  const source = (from: typeof main) =>
    from && create(SourceSchema, { ...from, url: "", password: "", hasPassword: false });
  return create(CameraSchema, {
    id,
    displayName,
    ...(enabled !== undefined && { enabled }),
    ...(main && { main: source(main) }),
    ...(sub && { sub: source(sub) }),
    ...(record && { record }),
    ...(detect && { detect }),
  });
}

export type CameraList =
  | { kind: "list"; cameras: readonly Camera[] }
  | { kind: "unreadable"; problem: string };

/** The cameras of a file; or what is wrong with it, and where. */
export function readCameraList(text: string): CameraList {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    return unreadable(`It is not JSON: ${error instanceof Error ? error.message : "unknown"}.`);
  }
  const { format, version, cameras } = (content ?? {}) as Record<string, unknown>;
  if (format !== FORMAT || !Array.isArray(cameras)) {
    return unreadable("It is no list of cameras. Save one on the cameras page to see its form.");
  }
  if (version !== VERSION) {
    return unreadable(`It is of version ${String(version)}, and this program reads ${VERSION}.`);
  }
  const read: Camera[] = [];
  for (const [index, entry] of cameras.entries()) {
    try {
      const camera = fromJson(CameraSchema, entry as JsonValue);
      read.push(camera);
    } catch (error) {
      const why = error instanceof Error ? error.message : "unknown";
      return unreadable(`Camera ${index + 1} of the list cannot be read: ${why}.`);
    }
  }
  return read.length === 0
    ? unreadable("There is no camera in it.")
    : { kind: "list", cameras: read };
}

function unreadable(problem: string): CameraList {
  return { kind: "unreadable", problem };
}
