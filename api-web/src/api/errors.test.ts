/** Errors in words. */
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, it } from "vitest";
import { refusedFields, refusedFor } from "../test/fakeServer";
import { asSentence, describeError, isEditConflict } from "./errors";

describe("describeError", () => {
  it("names a camera fault and what to do about it", () => {
    const words = describeError(
      refusedFor("CAMERA_UNAUTHORIZED", "401 from camera: password was refused"),
    );

    expect(words.title).toBe("The camera refused the user name or password");
    expect(words.message).toBe("401 from camera: password was refused.");
    expect(words.whatToDo).toHaveLength(2);
    expect(words.reason).toBe("CAMERA_UNAUTHORIZED");
  });

  it("keeps the refused fields with their reasons", () => {
    const words = describeError(refusedFields({ "camera.main.url": "not an rtsp address" }));

    expect(words.fields).toEqual([
      { field: "camera.main.url", description: "Not an rtsp address." },
    ]);
  });

  it("says that the server is away when fetch fails", () => {
    const words = describeError(ConnectError.from(new TypeError("Failed to fetch")));

    expect(words.title).toBe("The server does not answer");
    expect(words.message).not.toContain("fetch");
    expect(words.transient).toBe(true);
  });

  it.each([
    [Code.PermissionDenied, "You may not do this", false],
    [Code.Aborted, "Somebody else changed this meanwhile", false],
    [Code.DeadlineExceeded, "The server took too long to answer", true],
    [Code.Unavailable, "The server does not answer", true],
    [Code.Internal, "That did not work", false],
  ])("has a title for code %s", (code, title, transient) => {
    const words = describeError(new ConnectError("because", code));

    expect(words).toMatchObject({ title, transient, message: "Because." });
  });
});

describe("kinds of errors", () => {
  it("are told apart by their code", () => {
    expect(isEditConflict(new ConnectError("etag", Code.Aborted))).toBe(true);
    expect(isEditConflict(new ConnectError("gone", Code.NotFound))).toBe(false);
  });
});

describe("asSentence", () => {
  it.each([
    ["camera lost", "Camera lost."],
    ["Is it on?", "Is it on?"],
    ["  ", ""],
  ])("turns %j into %j", (text, sentence) => {
    expect(asSentence(text)).toBe(sentence);
  });
});
