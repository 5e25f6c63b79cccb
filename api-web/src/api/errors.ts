/**
 * Turns what a call failed with into words for a person: what happened, what to do, which field.
 *
 * Not here: drawing them (`components/ErrorNotice`) and placing field errors in a form
 * (`lib/cameraForm`).
 */
import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, ErrorInfoSchema } from "../gen/google/rpc/error_details_pb";

/** One field the server refused: its path in the request, and why. */
export interface FieldViolation {
  field: string;
  description: string;
}

/** An error as it is told to a person. */
export interface ErrorWords {
  title: string;
  message: string;
  /** What to try, most likely first. */
  whatToDo: readonly string[];
  /** Machine-readable reason, for example "CAMERA_UNAUTHORIZED"; empty where there is none. */
  reason: string;
  /** The refused fields; empty where the error is about no field. */
  fields: readonly FieldViolation[];
  /** Whether the same call may work later without a change. */
  transient: boolean;
}

interface Advice {
  title: string;
  whatToDo: readonly string[];
}

const ADVICE_BY_REASON: Readonly<Record<string, Advice>> = {
  CAMERA_UNREACHABLE: {
    title: "The camera does not answer",
    whatToDo: [
      "Check that it has power and is on this network.",
      "Check the address: routers may have given it a new one.",
    ],
  },
  CAMERA_PORT_CLOSED: {
    title: "The camera is there, but the port is closed",
    whatToDo: ["Turn RTSP on in the camera's own settings.", "Check the port; most use 554."],
  },
  CAMERA_UNAUTHORIZED: {
    title: "The camera refused the user name or password",
    whatToDo: [
      "Type both again; they are case-sensitive.",
      "Some cameras want a separate user for RTSP or ONVIF.",
    ],
  },
  CAMERA_PATH_NOT_FOUND: {
    title: "The camera has no stream at this path",
    whatToDo: ["Look up the RTSP path in the camera's manual, for example /h264/ch1/main."],
  },
  CAMERA_LOCKED_OUT: {
    title: "The camera refuses sign-ins for now",
    whatToDo: ["Wait half an hour or restart the camera, then try once with the right password."],
  },
  CAMERA_TOO_MANY_SESSIONS: {
    title: "The camera serves as many viewers as it can",
    whatToDo: ["Close other programs that show this camera, or restart it."],
  },
  CAMERA_BASIC_AUTH_ONLY: {
    title: "The camera wants the password unprotected",
    whatToDo: [
      "Set its RTSP authentication to Digest in the camera's own settings.",
      "Or tick Allow Basic sign-in, where nobody else listens on this network.",
    ],
  },
  CAMERA_REFUSED: {
    title: "The camera refused the stream",
    whatToDo: [
      "Check the path.",
      "Restart the camera if it stays so.",
      "The RTSP status in the message says what the camera dislikes.",
    ],
  },
  CAMERA_REDIRECTED: {
    title: "The camera sends us to another address",
    whatToDo: ["Enter that address here if you trust it."],
  },
  CAMERA_NOT_RTSP: {
    title: "What answers there is no RTSP camera",
    whatToDo: [
      "Check the port; most use 554. 80, 443 and 8000 are for other things.",
      "Check whether the camera wants RTSP over TLS (rtsps).",
    ],
  },
  STREAM_NO_KEY_FRAME: {
    title: "No picture to begin with came in time",
    whatToDo: ["Set the interval of key frames (I-frame interval, GOP) to 1 to 4 seconds."],
  },
  STREAM_STALLED: {
    title: "Pictures stopped coming",
    whatToDo: ["Check cable or Wi-Fi of the camera.", "Lower its bitrate if it stays so."],
  },
  STREAM_NO_VIDEO: {
    title: "The stream has no picture",
    whatToDo: ["Choose another path; this one carries sound or data only."],
  },
  STREAM_CODEC_UNSUPPORTED: {
    title: "The stream's codec cannot be used",
    whatToDo: ["Set the camera to H.264 or H.265 with 4:2:0 colour."],
  },
  STORAGE_FULL: {
    title: "The disk for footage is full",
    whatToDo: ["Free space on the disk or shorten how long footage is kept."],
  },
  STORAGE_READ_ONLY: {
    title: "The disk for footage cannot be written",
    whatToDo: ["Give the server's user write access to the storage folder."],
  },
  NO_FOOTAGE: {
    title: "There is no footage of this span",
    whatToDo: ["Choose another one: the timeline shows what was recorded."],
  },
  NOT_ENOUGH_SPACE: {
    title: "The disk has no room for it",
    whatToDo: [
      "Delete exports that are no longer needed.",
      "Or export a shorter span, or fewer cameras.",
    ],
  },
  TOO_MANY_EXPORTS: {
    title: "Too many exports wait",
    whatToDo: ["Stop some of them, or wait until they are done."],
  },
  TOO_MUCH_FOOTAGE: {
    title: "The span is too long",
    whatToDo: ["Export it in several parts."],
  },
  DISK_FAILED: {
    title: "The disk does not work as it should",
    whatToDo: ["Look at the disk of the storage folder, then try again."],
  },
  ENCODER_FAILED: {
    title: "The encoder does not work",
    whatToDo: ["See under System which encoder is used, and what else this machine offers."],
  },
  NO_ENCODER: {
    title: "No encoder of H.265 works on this machine",
    whatToDo: [
      "Install one of GStreamer's, for example x265enc, and restart the server: see System.",
    ],
  },
  WORKER_DIED: {
    title: "The server stopped each time it was at it",
    whatToDo: ["Look into the server's log for why, then try again."],
  },
};

const TITLE_BY_CODE: Readonly<Partial<Record<Code, string>>> = {
  [Code.Unavailable]: "The server does not answer",
  [Code.DeadlineExceeded]: "The server took too long to answer",
  [Code.Unauthenticated]: "Not signed in",
  [Code.PermissionDenied]: "You may not do this",
  [Code.NotFound]: "Not found",
  [Code.AlreadyExists]: "This exists already",
  [Code.InvalidArgument]: "Something is not right yet",
  [Code.FailedPrecondition]: "Not possible right now",
  [Code.Aborted]: "Somebody else changed this meanwhile",
  [Code.ResourceExhausted]: "Too much at once",
  [Code.Unimplemented]: "This server cannot do that",
};

const SERVER_AWAY: ErrorWords = {
  title: "The server does not answer",
  message: "RoninNVR could not be reached from this browser.",
  whatToDo: ["Check that the server is running and that this device is on its network."],
  reason: "",
  fields: [],
  transient: true,
};

/** Says in words what a call failed with. */
export function describeError(error: unknown): ErrorWords {
  const failure = ConnectError.from(error);
  if (isNetworkFailure(failure)) {
    return SERVER_AWAY;
  }
  const info = failure.findDetails(ErrorInfoSchema)[0];
  const reason = info?.reason ?? "";
  const advice = ADVICE_BY_REASON[reason];
  return {
    title: advice?.title ?? TITLE_BY_CODE[failure.code] ?? "That did not work",
    message: asSentence(failure.rawMessage),
    whatToDo: advice?.whatToDo ?? [],
    reason,
    fields: failure
      .findDetails(BadRequestSchema)
      .flatMap((detail) => detail.fieldViolations)
      .map(({ field, description }) => ({ field, description: asSentence(description) })),
    transient: failure.code === Code.Unavailable || failure.code === Code.DeadlineExceeded,
  };
}

/** What a fault reason is called in a few words, for badges and headings. */
export function faultTitle(reason: string, otherwise = "The camera is not streaming"): string {
  return ADVICE_BY_REASON[reason]?.title ?? otherwise;
}

/** What to do about a fault, most likely first; empty where nothing is known to help. */
export function faultAdvice(reason: string): readonly string[] {
  return ADVICE_BY_REASON[reason]?.whatToDo ?? [];
}

/** Whether an update was refused because the settings changed since they were read. */
export function isEditConflict(error: unknown): boolean {
  return ConnectError.from(error).code === Code.Aborted;
}

/** Whether what was asked for is not there. */
export function isMissing(error: unknown): boolean {
  const { code } = ConnectError.from(error);
  return code === Code.NotFound || code === Code.InvalidArgument;
}

/** Whether the caller gave the call up. */
export function isCanceled(error: unknown): boolean {
  return ConnectError.from(error).code === Code.Canceled;
}

/** A first letter in upper case and a full stop: errors come as fragments. */
export function asSentence(text: string): string {
  const trimmed = text.trim();
  if (trimmed === "") {
    return "";
  }
  const begun = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** Browsers report an unreachable server as a TypeError of fetch, or a proxy's 502 to 504. */
function isNetworkFailure(failure: ConnectError): boolean {
  return (
    failure.cause instanceof TypeError ||
    (failure.code === Code.Unavailable && /^HTTP 50[234]$/.test(failure.rawMessage))
  );
}
