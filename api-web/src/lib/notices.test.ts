/** Notices in words, and which of them are told at once. */
import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { type Notice, NoticeKind, NoticeSchema } from "../gen/ronin/v1/system_pb";
import { NOTICE_KINDS, noticeWords, toastsFor } from "./notices";
import { MINUTE_MS, timestampFromMs } from "./time";

const NOW = 1_800_000_000_000;
const names = new Map([["cameras/door", "Front door"]]);

function notice(kind: NoticeKind, camera = "", ageMs = 0): Notice {
  return create(NoticeSchema, {
    kind,
    camera,
    message: "no answer in 5 s",
    time: timestampFromMs(NOW - ageMs),
  });
}

describe("notices", () => {
  it("are told with the name of their camera, or its id where it was removed", () => {
    expect(noticeWords(notice(NoticeKind.CAMERA_LOST, "cameras/door"), names)).toBe(
      "Front door: Camera lost. No answer in 5 s.",
    );
    expect(noticeWords(notice(NoticeKind.CAMERA_LOST, "cameras/gone"), names)).toBe(
      "gone: Camera lost. No answer in 5 s.",
    );
    expect(noticeWords(notice(NoticeKind.STORAGE_FULL), names)).toBe(
      "Storage full. No answer in 5 s.",
    );
  });

  it("of a kind that is not known yet are still told", () => {
    expect(noticeWords(notice(99 as NoticeKind), names)).toBe("News. No answer in 5 s.");
  });

  it("have kinds that the URL can name", () => {
    expect(NOTICE_KINDS).toHaveLength(12);
    expect(NOTICE_KINDS[0]).toMatchObject({ key: "camera-lost", label: "Camera lost" });
  });
});

describe("toasts", () => {
  it("say which camera is lost and which is back", () => {
    const lost = notice(NoticeKind.CAMERA_LOST, "cameras/door");

    expect(toastsFor([lost, notice(NoticeKind.CLOCK_SET)], names, NOW)).toEqual([
      { title: "Front door: camera lost", message: "No answer in 5 s.", tone: "trouble" },
    ]);
  });

  it("are one when a switch takes many cameras with it", () => {
    const lost = Array.from({ length: 6 }, (_, index) =>
      notice(NoticeKind.CAMERA_LOST, `cameras/${index}`),
    );

    expect(toastsFor([...lost, notice(NoticeKind.STORAGE_FULL)], names, NOW)).toEqual([
      {
        title: "7 notices at once",
        message: "Camera lost: 6, Storage full: 1.",
        tone: "trouble",
      },
    ]);
  });

  it("do not tell in the morning what happened at night", () => {
    expect(toastsFor([notice(NoticeKind.CAMERA_LOST, "", 3 * MINUTE_MS)], names, NOW)).toEqual([]);
  });
});
