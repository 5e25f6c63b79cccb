/** The words over a tile, for each state of camera and player. */
import { describe, expect, it } from "vitest";
import { CameraState } from "../gen/ronin/v1/camera_pb";
import { timestampFromMs } from "../lib/time";
import { camera } from "../test/fakeServer";
import type { PlayerState } from "./livePlayer";
import { nextAttempt, tileState, tileWords } from "./tileWords";

const NOW = 1_800_000_000_000;
const PLAYING: PlayerState = { kind: "playing" };
const IDLE: PlayerState = { kind: "idle" };
const words = (player: PlayerState, streamError?: string) =>
  tileWords(camera(), player, streamError, NOW);

describe("a camera that does not stream", () => {
  it("says why and when the next attempt is", () => {
    const lost = camera({
      status: {
        state: CameraState.BACKOFF,
        fault: { reason: "CAMERA_UNREACHABLE", message: "no answer from 192.168.1.20:554 in 5 s" },
        nextAttemptTime: timestampFromMs(NOW + 11_400),
      },
    });

    expect(tileWords(lost, IDLE, undefined, NOW)).toEqual({
      tone: "trouble",
      title: "The camera does not answer",
      detail: "No answer from 192.168.1.20:554 in 5 s. Next attempt in 12 s.",
      action: "restart",
    });
  });

  it("has words for a reason it does not know", () => {
    const lost = camera({
      status: { state: CameraState.BACKOFF, fault: { reason: "NEW_REASON", message: "odd thing" } },
    });

    expect(tileWords(lost, IDLE, undefined, NOW)).toMatchObject({
      title: "The camera is not streaming",
      detail: "Odd thing.",
    });
  });

  it("is off when it was switched off, whatever its last state was", () => {
    const off = { tone: "off", title: "Camera is off", action: "enable" };

    expect(tileWords(camera({ enabled: false }), PLAYING, undefined, NOW)).toMatchObject(off);
    expect(
      tileWords(camera({ status: { state: CameraState.DISABLED } }), IDLE, undefined, NOW),
    ).toMatchObject(off);
  });

  it.each([
    [CameraState.CONNECTING, "Connecting to the camera"],
    [CameraState.STOPPING, "Closing the connection"],
    [CameraState.UNSPECIFIED, "Waiting for the camera's status"],
  ])("in state %i is busy: %s", (state, title) => {
    expect(tileWords(camera({ status: { state } }), IDLE, undefined, NOW)).toMatchObject({
      tone: "busy",
      title,
    });
  });
});

describe("a camera that streams", () => {
  it("needs no words while it plays", () => {
    expect(words(PLAYING)).toBeUndefined();
  });

  it.each<[PlayerState, string, string | undefined]>([
    [{ kind: "loading" }, "Loading the picture", undefined],
    [{ kind: "idle" }, "Loading the picture", undefined],
    [{ kind: "blocked" }, "The browser wants a click first", "resume"],
    [{ kind: "failed", reason: "The picture stood still." }, "No live picture", "reconnect"],
  ])("in player state %j says: %s", (player, title, action) => {
    const said = words(player);

    expect(said?.title).toBe(title);
    expect(said?.action).toBe(action);
  });

  it("counts attempts while recovering", () => {
    expect(
      words({ kind: "recovering", reason: "The picture stood still.", attempt: 2 })?.detail,
    ).toBe("The picture stood still. Reconnecting, attempt 2 of 5.");
  });

  it("names the codec that cannot be played", () => {
    const said = words({ kind: "unsupported", codec: "hvc1.1.6.L120.90" });

    expect(said?.title).toBe("This browser cannot play H.265 (HEVC)");
    expect(said?.detail).toContain("hvc1.1.6.L120.90");
  });

  it("says why the server has no stream", () => {
    expect(words(IDLE, "no key frame yet")).toMatchObject({
      title: "No live picture",
      detail: "No key frame yet.",
      action: "reconnect",
    });
  });
});

describe("tileState", () => {
  it("is the camera's state while its pictures are shown, or while it sends none", () => {
    expect(tileState(camera(), undefined).label).toBe("Live");
    expect(tileState(camera({ enabled: false }), words({ kind: "idle" })).label).toBe("Off");
  });

  it("does not say live where there is no picture", () => {
    expect(tileState(camera(), words({ kind: "loading" })).label).toBe("Loading");
    expect(tileState(camera(), words({ kind: "failed", reason: "Lost." })).label).toBe(
      "No picture",
    );
  });
});

describe("nextAttempt", () => {
  it.each([
    [undefined, ""],
    [NOW - 1, "Trying again now."],
    [NOW + 1, "Next attempt in 1 s."],
    [NOW + 61_000, "Next attempt in 1 min 1 s."],
  ])("at %s says %j", (at, said) => {
    expect(nextAttempt(at, NOW)).toBe(said);
  });
});
