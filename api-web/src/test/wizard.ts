/** Walks the steps of adding a camera, and answers its checks. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { screen, within } from "@testing-library/react";
import { vi } from "vitest";
import {
  type ProbeCameraRequest,
  type ProbeCameraResponse,
  ProbeCameraResponseSchema,
} from "../gen/ronin/v1/camera_pb";
import { MediaKind } from "../gen/ronin/v1/common_pb";
import { openApp } from "./app";
import { fakeServer, refusedFor, TOKEN } from "./fakeServer";

type User = ReturnType<typeof openApp>["user"];

/** What a check of a stream of this size answers, with sound unless told otherwise. */
export function seen(
  width: number,
  height: number,
  init: Partial<MessageInitShape<typeof ProbeCameraResponseSchema>> & { isSilent?: boolean } = {},
): ProbeCameraResponse {
  const { isSilent = false, ...rest } = init;
  return create(ProbeCameraResponseSchema, {
    streams: [
      {
        kind: MediaKind.VIDEO,
        codec: "H.264 (High Profile)",
        codecString: "avc1.640028",
        width,
        height,
        framesPerSecond: 25,
        bitsPerSecond: 4_000_000n,
      },
      ...(isSilent ? [] : [{ kind: MediaKind.AUDIO, codec: "AAC", sampleRateHz: 16_000 }]),
    ],
    snapshot: new Uint8Array([1, 2, 3]),
    ...rest,
  } as MessageInitShape<typeof ProbeCameraResponseSchema>);
}

/** A camera that sends 1080p as main and 360p as sub stream. */
export function answersBoth({ source }: ProbeCameraRequest): ProbeCameraResponse {
  return source?.path.includes("sub") ? seen(640, 360) : seen(1920, 1080);
}

/** Fills the connection in. */
export async function connect(user: User, { subPath = "/sub" } = {}): Promise<void> {
  await user.type(await screen.findByLabelText("Address"), "192.168.1.20");
  await user.type(screen.getByLabelText("User name"), "viewer");
  await user.type(screen.getByLabelText("Password"), "secret");
  await user.type(screen.getByLabelText("Path of the main stream"), "/main");
  if (subPath !== "") {
    await user.type(screen.getByLabelText("Path of the sub stream"), subPath);
  }
}

/** Goes on by the main button of the step. */
export async function goOn(user: User, name: string | RegExp = "Next"): Promise<void> {
  await user.click(await screen.findByRole("button", { name }));
}

/** From the connection to the step about streams. */
export async function goToStreams(user: User): Promise<void> {
  await goOn(user, "Check the connection");
  await screen.findByText("Main stream works");
  await goOn(user);
  await screen.findByRole("heading", { name: "Streams" });
}

/** From the connection to name and recording. */
export async function goToRecording(user: User): Promise<void> {
  await goToStreams(user);
  await goOn(user);
  await screen.findByRole("heading", { name: "Recording" });
}

/** Opens the steps with a camera that answers both checks; tests replace what they are about. */
export function openWizard(parts: Parameters<typeof fakeServer>[0] = {}) {
  const probeCamera = vi.fn(answersBoth);
  const server = fakeServer({ ...parts, camera: { probeCamera, ...parts.camera } });
  return { ...openApp(server, { path: "/add-camera", token: TOKEN }), probeCamera };
}

/** A camera that refuses the password. */
export const wrongPassword = () => {
  throw refusedFor(
    "CAMERA_UNAUTHORIZED",
    "192.168.1.20 refused the user name or password (401). Check both",
  );
};
/** The step in the row above. */
export const step = (name: string) =>
  within(screen.getByRole("navigation", { name: "Steps" })).getByRole("button", { name });
/** The part of the page that has this name. */
export const part = (name: string) => screen.findByRole("region", { name });
