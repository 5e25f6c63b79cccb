/** A camera's status and streams in a few words. Not here: the words over a live tile (`tileWords`). */
import { type Camera, CameraState, type Source } from "../gen/ronin/v1/camera_pb";
import { MediaKind, type MediaStream, Transport } from "../gen/ronin/v1/common_pb";
import { duration, SECOND_MS } from "./time";
import { bitsPerSecond } from "./units";

export type StateTone = "good" | "busy" | "trouble" | "off";

export interface StateWords {
  label: string;
  tone: StateTone;
}

/** The state of a camera as a badge says it. */
export function stateWords(camera: Camera): StateWords {
  if (camera.enabled === false) {
    return { label: "Off", tone: "off" };
  }
  switch (camera.status?.state) {
    case CameraState.STREAMING:
      return { label: "Live", tone: "good" };
    case CameraState.CONNECTING:
      return { label: "Connecting", tone: "busy" };
    case CameraState.BACKOFF:
      return { label: "Offline", tone: "trouble" };
    case CameraState.STOPPING:
      return { label: "Stopping", tone: "busy" };
    case CameraState.DISABLED:
      return { label: "Off", tone: "off" };
    default:
      return { label: "Unknown", tone: "off" };
  }
}

/** "1920 × 1080", "25 fps", "4.2 Mb/s", as far as known. */
export function streamFacts(stream: MediaStream): string[] {
  if (stream.kind === MediaKind.AUDIO) {
    return [
      stream.sampleRateHz > 0 ? `${stream.sampleRateHz / 1000} kHz` : "",
      stream.channels > 0 ? (stream.channels === 1 ? "mono" : `${stream.channels} channels`) : "",
      stream.bitsPerSecond > 0n ? bitsPerSecond(stream.bitsPerSecond) : "",
    ].filter(Boolean);
  }
  return [
    stream.width > 0 ? `${stream.width} × ${stream.height}` : "",
    stream.framesPerSecond > 0 ? `${Math.round(stream.framesPerSecond * 10) / 10} fps` : "",
    stream.bitsPerSecond > 0n ? bitsPerSecond(stream.bitsPerSecond) : "",
  ].filter(Boolean);
}

/** Whether any of the streams carries sound. */
export function hasAudio(streams: readonly MediaStream[]): boolean {
  return streams.some((stream) => stream.kind === MediaKind.AUDIO);
}

/** A clock that is this far off is worth a word. */
const CLOCK_OFFSET_S = 2;

/**
 * "The camera's clock is 3.2 s behind; footage is labelled with the server's time." Undefined where
 * it is right, or not known.
 */
export function clockWords(offsetSeconds: number | undefined): string | undefined {
  if (offsetSeconds === undefined || Math.abs(offsetSeconds) <= CLOCK_OFFSET_S) {
    return undefined;
  }
  const off = Math.abs(offsetSeconds);
  const size = off < 60 ? `${off.toFixed(1)} s` : duration(off * SECOND_MS);
  const side = offsetSeconds < 0 ? "behind" : "ahead";
  return `The camera's clock is ${size} ${side}; footage is labelled with the server's time.`;
}

/** "rtsp://192.168.1.20:554/h264" of the main stream */
export function addressWords(camera: Camera): string {
  return camera.main === undefined ? "" : sourceWords(camera.main);
}

/** "rtsp://192.168.1.20:554/h264", without user and password */
export function sourceWords(source: Pick<Source, "tls" | "host" | "port" | "path">): string {
  const scheme = source.tls ? "rtsps" : "rtsp";
  const port = source.port > 0 ? `:${source.port}` : "";
  const path = source.path === "" || source.path.startsWith("/") ? source.path : `/${source.path}`;
  const host = source.host.includes(":") ? `[${source.host}]` : source.host;
  return `${scheme}://${host}${port}${path}`;
}

/** "TCP" or "UDP" */
export function transportWords(transport: Transport): string {
  return transport === Transport.UDP ? "UDP" : "TCP";
}
