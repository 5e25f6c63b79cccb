/** Which codec cannot be played, and its name. */
import { describe, expect, it } from "vitest";
import { codecName, unplayableCodec } from "./codecs";

describe("unplayableCodec", () => {
  const canPlayType = () => "";

  it("asks media source extensions for each codec", () => {
    const isTypeSupported = (type: string) => !type.includes("hvc1");

    expect(unplayableCodec(["avc1.64001f", "mp4a.40.2"], { isTypeSupported, canPlayType })).toBe(
      undefined,
    );
    expect(unplayableCodec(["hvc1.1.6.L93", "mp4a.40.2"], { isTypeSupported, canPlayType })).toBe(
      "hvc1.1.6.L93",
    );
  });

  it("asks the video element where there are none", () => {
    const isTypeSupported = undefined;

    expect(unplayableCodec(["avc1.42e01e"], { isTypeSupported, canPlayType })).toBe("avc1.42e01e");
    expect(
      unplayableCodec(["avc1.42e01e"], { isTypeSupported, canPlayType: () => "probably" }),
    ).toBe(undefined);
  });

  it("finds nothing wrong with nothing", () => {
    expect(unplayableCodec([], { isTypeSupported: () => false, canPlayType })).toBe(undefined);
  });
});

describe("codecName", () => {
  it.each([
    ["hvc1.1.6.L120.90", "H.265 (HEVC)"],
    ["avc1.64001f", "H.264"],
    ["mp4a.40.2", "AAC sound"],
    ["zzzz.1", "zzzz.1"],
  ])("calls %s %s", (codec, name) => {
    expect(codecName(codec)).toBe(name);
  });
});
