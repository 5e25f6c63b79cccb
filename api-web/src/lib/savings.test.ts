/** What came of footage that was encoded anew. */
import { create } from "@bufbuild/protobuf";
import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import { type TranscodeResult, TranscodeResultSchema } from "../gen/ronin/v1/job_pb";
import {
  allSavings,
  leftReason,
  leftWords,
  madeWords,
  savedWords,
  savingsOf,
  sizeWords,
  speedWords,
} from "./savings";
import { HOUR_MS } from "./time";

function result(camera: string, hours: number, left: TranscodeResult["left"] = []) {
  return create(TranscodeResultSchema, {
    camera: `cameras/${camera}`,
    files: BigInt(hours * 4),
    footage: durationFromMs(hours * HOUR_MS),
    bytesBefore: BigInt(hours) * 1_000_000_000n,
    bytesAfter: BigInt(hours) * 400_000_000n,
    work: durationFromMs((hours * HOUR_MS) / 3.2),
    encoder: "x265enc",
    left,
  });
}

const left = (reason: string, count: bigint) => ({ reason, count }) as TranscodeResult["left"][0];
const nothing = create(TranscodeResultSchema, { camera: "cameras/new" });

it("says sizes, shares and speeds", () => {
  const savings = savingsOf(result("front-door", 3));

  expect(sizeWords(savings)).toBe("3.0 GB → 1.2 GB");
  expect(savedWords(savings)).toBe("1.8 GB (60 %)");
  expect(speedWords(savings)).toBe("3.2× real time");
  expect(madeWords(savings)).toBe(
    "12 files, 3 h of footage: 3.0 GB → 1.2 GB, 60 % less. 3.2× real time, with x265enc.",
  );
});

it.each([
  [24, 1, "24× real time"],
  [1, 4, "0.3× real time"],
  [1, 20, "0.05× real time"],
  [0, 1, undefined],
  [1, 0, undefined],
])("of %i h of footage in %i h of work says %s", (footage, work, words) => {
  const savings = {
    ...savingsOf(nothing),
    footageMs: footage * HOUR_MS,
    workMs: work * HOUR_MS,
  };

  expect(speedWords(savings)).toBe(words);
});

it("says nothing saved of nothing, and never less than that", () => {
  expect(savedWords(savingsOf(nothing))).toBe("0 B");
  expect(madeWords(savingsOf(nothing))).toBe("No file is encoded so far.");
  const larger = { ...savingsOf(nothing), bytesBefore: 10, bytesAfter: 20 };
  expect(savedWords(larger)).toBe("0 B (0 %)");
});

it("adds up cameras, and begins with who saved most", () => {
  const { cameras, total } = allSavings([
    result("yard", 1, [left("ENCODER_FAILED", 1n), left("SAVES_TOO_LITTLE", 1n)]),
    nothing,
    { ...result("front-door", 3, [left("SAVES_TOO_LITTLE", 2n)]), encoder: "nvh265enc" },
  ]);

  expect(cameras.map(({ camera }) => camera)).toEqual(["cameras/front-door", "cameras/yard"]);
  expect(total).toMatchObject({ files: 16, bytesBefore: 4e9, bytesAfter: 1.6e9 });
  expect(total.encoders).toEqual(["nvh265enc", "x265enc"]);
  expect(total.left).toEqual([
    { reason: "SAVES_TOO_LITTLE", files: 3 },
    { reason: "ENCODER_FAILED", files: 1 },
  ]);
});

it("takes the sum of the server where there is one", () => {
  const sum = { ...result("", 9), camera: "" };

  const { cameras, total } = allSavings([result("yard", 1), sum]);

  expect(cameras).toHaveLength(1);
  expect(total.files).toBe(36);
});

it("says why files stay as they were recorded", () => {
  const savings = savingsOf(
    result("yard", 1, [left("SAVES_TOO_LITTLE", 2n), left("TOO_DARK", 1n)]),
  );

  expect(leftWords(savings)).toBe(
    "3 files stay as they were recorded: would save too little (2), for another reason, TOO_DARK (1).",
  );
  expect(leftWords(savingsOf(nothing))).toBeUndefined();
  expect(savings.left.map(leftReason)).toEqual([
    "Would save too little (2 files): the new file was not smaller by as much as is asked for. They are not tried again.",
    "For another reason, TOO_DARK (1 file).",
  ]);
});
