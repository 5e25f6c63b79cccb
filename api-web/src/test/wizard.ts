/** Walks the steps of adding a camera, and answers its checks. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { screen } from "@testing-library/react";
import {
  type ProbeCameraRequest,
  type ProbeCameraResponse,
  ProbeCameraResponseSchema,
} from "../gen/ronin/v1/camera_pb";
import { MediaKind } from "../gen/ronin/v1/common_pb";
import type { openApp } from "./app";

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
