/**
 * Exports in words and numbers. Not here: how they do as jobs (`jobs`), asking for them
 * (`api/exports`).
 */
import { durationMs } from "@bufbuild/protobuf/wkt";
import type { Export, ExportFile } from "../gen/ronin/v1/export_pb";
import { cameraIdOf } from "./events";
import { footagePath, MOST_CAMERAS } from "./footagePath";
import { isUnderWay } from "./jobs";
import { dateTime, duration, timestampMs } from "./time";
import type { Span } from "./timelineSpans";
import { bytes, count } from "./units";

/** As much as the server takes, in characters. */
export const TITLE_MAX = 100;

/** What somebody wants as files. */
export interface ExportOrder {
  /** "cameras/{id}" each. */
  cameras: readonly string[];
  span: Span;
  /** Empty: the server makes one. */
  title: string;
  /** A UUID: the same order again is the same export. */
  requestId: string;
}

/** Names of cameras by "cameras/{id}". */
type Names = ReadonlyMap<string, string>;

export function exportSpan({ startTime, endTime }: Pick<Export, "startTime" | "endTime">): Span {
  const startMs = timestampMs(startTime) ?? 0;
  return { startMs, endMs: timestampMs(endTime) ?? startMs };
}

/** "22 Nov 2026, 14:05:09 to 22 Nov 2026, 14:15:09, 10 min" */
export function exportSpanWords(exported: Export): string {
  const { startMs, endMs } = exportSpan(exported);
  return `${dateTime(startMs)} to ${dateTime(endMs)}, ${duration(endMs - startMs)}`;
}

/** What people call a camera; its id where it is gone. */
function cameraWords(camera: string, names: Names): string {
  return names.get(camera) ?? cameraIdOf(camera);
}

/** "Front door, Yard" */
export function exportCameras({ cameras }: Export, names: Names): string {
  return cameras.map((camera) => cameraWords(camera, names)).join(", ");
}

/** "about 1.2 GB", "1.2 GB in 2 files"; undefined where nothing was made of it. */
export function exportSizeWords(exported: Export): string | undefined {
  if (isUnderWay(exported.job)) {
    return `about ${bytes(exported.sizeBytes)}`;
  }
  return exported.files.length > 0
    ? `${bytes(exported.sizeBytes)} in ${filesWords(exported.files.length)}`
    : undefined;
}

/** Until when there are files; undefined where there are none. */
export function exportKeepWords({ files, expireTime }: Export): string | undefined {
  if (files.length === 0) {
    return undefined;
  }
  const expireMs = timestampMs(expireTime);
  return expireMs === undefined
    ? "Kept until it is deleted here."
    : `Kept until ${dateTime(expireMs)}, then deleted.`;
}

/** "Front door from 22 Nov 2026, 14:05:09, 10 min, 60 MB, with gaps of 12 s in all" */
export function fileWords(file: ExportFile, names: Names): string {
  const { startMs, endMs } = exportSpan(file);
  const gapsMs = file.gaps === undefined ? 0 : durationMs(file.gaps);
  return [
    `${cameraWords(file.camera, names)} from ${dateTime(startMs)}`,
    duration(endMs - startMs),
    bytes(file.sizeBytes),
    gapsMs > 0 ? `with gaps of ${duration(gapsMs)} in all` : "no gaps",
  ].join(", ");
}

/** What its removal costs. */
export function removalWords({ files, sizeBytes }: Export): string {
  if (files.length === 0) {
    return "It has no files: only its entry in this list goes. The recorded footage is not touched.";
  }
  const are = files.length === 1 ? "is" : "are";
  return `${filesWords(files.length)} of ${bytes(sizeBytes)} ${are} deleted, at once and for good. The recorded footage is not touched.`;
}

/** Where the span is played, with as many of its cameras as are still there and fit on the page. */
export function exportPlayPath(exported: Export, names: Names): string | undefined {
  const ids = exported.cameras.filter((camera) => names.has(camera)).map(cameraIdOf);
  return ids.length === 0
    ? undefined
    : footagePath(ids.slice(0, MOST_CAMERAS), exportSpan(exported).startMs);
}

function filesWords(number: number): string {
  return number === 1 ? "1 file" : `${count(number)} files`;
}
