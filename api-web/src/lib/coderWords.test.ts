/** What encodes footage anew, in words. */
import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { CoderDevice, CoderSchema } from "../gen/ronin/v1/system_pb";
import { h265EncoderWords } from "./coderWords";

const h264 = create(CoderSchema, { name: "x264enc", codec: "H.264", best: true });
const software = create(CoderSchema, {
  name: "x265enc",
  codec: "H.265",
  device: CoderDevice.SOFTWARE,
});
const hardware = create(CoderSchema, {
  name: "nvh265enc",
  codec: "H.265",
  device: CoderDevice.NVIDIA,
  hardware: true,
  best: true,
});

it.each([
  ["is not known yet", undefined, /^Without an encoder in hardware this is slow/],
  ["there is none", [h264], /no encoder of H\.265: nothing is encoded/],
  ["there is one in software", [h264, software], /with x265enc on the processor\. That is slow/],
  ["there is a better one", [software, hardware], /with nvh265enc \(NVIDIA, hardware\)\.$/],
])("says what encodes H.265 where it %s", (_, coders, words) => {
  expect(h265EncoderWords(coders)).toMatch(words);
});
