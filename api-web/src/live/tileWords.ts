/**
 * Says in words why a tile shows no picture, from the camera's status and the player's state.
 *
 * Not here: how it is drawn (`components/live/TilePlaceholder`).
 */
import { asSentence, faultTitle } from "../api/errors";
import { type Camera, CameraState } from "../gen/ronin/v1/camera_pb";
import { type StateWords, stateWords } from "../lib/cameraWords";
import { duration, SECOND_MS, timestampMs } from "../lib/time";
import { codecName } from "./codecs";
import { MAX_RETRIES, type PlayerState } from "./livePlayer";

/** What a person can do from the tile. */
export type TileAction = "enable" | "restart" | "reconnect" | "resume";

export interface TileWords {
  tone: "busy" | "off" | "trouble";
  title: string;
  detail: string;
  action?: TileAction;
}

/** The words over a tile; undefined while pictures are shown. */
export function tileWords(
  camera: Camera,
  player: PlayerState,
  streamError: string | undefined,
  nowMs: number,
): TileWords | undefined {
  const status = camera.status;
  const faultMessage = asSentence(status?.fault?.message ?? "");
  if (camera.enabled === false) {
    return cameraIsOff();
  }
  switch (status?.state) {
    case CameraState.DISABLED:
      return cameraIsOff();
    case CameraState.BACKOFF:
      return {
        tone: "trouble",
        title: faultTitle(status.fault?.reason ?? ""),
        detail: [faultMessage, nextAttempt(timestampMs(status.nextAttemptTime), nowMs)]
          .filter(Boolean)
          .join(" "),
        action: "restart",
      };
    case CameraState.STREAMING:
      return streamError === undefined
        ? playerWords(player)
        : {
            tone: "trouble",
            title: "No live picture",
            detail: asSentence(streamError),
            action: "reconnect",
          };
    case CameraState.STOPPING:
      return { tone: "busy", title: "Closing the connection", detail: faultMessage };
    case CameraState.CONNECTING:
      return { tone: "busy", title: "Connecting to the camera", detail: faultMessage };
    default:
      return { tone: "busy", title: "Waiting for the camera's status", detail: "" };
  }
}

/** The badge of a tile: the camera's state, unless its pictures do not arrive here. */
export function tileState(camera: Camera, words: TileWords | undefined): StateWords {
  const state = stateWords(camera);
  if (state.tone !== "good" || words === undefined) {
    return state;
  }
  return words.tone === "busy"
    ? { label: "Loading", tone: "busy" }
    : { label: "No picture", tone: "trouble" };
}

/** "Next attempt in 12 s." */
export function nextAttempt(atMs: number | undefined, nowMs: number): string {
  if (atMs === undefined) {
    return "";
  }
  const waitMs = Math.ceil((atMs - nowMs) / SECOND_MS) * SECOND_MS;
  return waitMs > 0 ? `Next attempt in ${duration(waitMs)}.` : "Trying again now.";
}

function cameraIsOff(): TileWords {
  return {
    tone: "off",
    title: "Camera is off",
    detail: "It was switched off here: it is neither shown nor recorded.",
    action: "enable",
  };
}

function playerWords(player: PlayerState): TileWords | undefined {
  switch (player.kind) {
    case "playing":
      return undefined;
    case "idle":
    case "loading":
      return { tone: "busy", title: "Loading the picture", detail: "" };
    case "recovering":
      return {
        tone: "busy",
        title: "Picture interrupted",
        detail: `${player.reason} Reconnecting, attempt ${player.attempt} of ${MAX_RETRIES}.`,
      };
    case "blocked":
      return {
        tone: "off",
        title: "The browser wants a click first",
        detail: "It does not start video by itself here.",
        action: "resume",
      };
    case "failed":
      return {
        tone: "trouble",
        title: "No live picture",
        detail: player.reason,
        action: "reconnect",
      };
    case "unsupported":
      return {
        tone: "trouble",
        title: `This browser cannot play ${codecName(player.codec)}`,
        detail: `The camera sends ${player.codec}. Recording goes on; set the camera to H.264 or open this page in another browser.`,
      };
  }
}
