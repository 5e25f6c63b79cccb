/** What the footage of one camera takes of the disk. */
import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { GetStorageResponseSchema } from "../gen/ronin/v1/storage_pb";
import { heldWords, usageOf, usageWords } from "./cameraUsage";
import { DAY_MS, MINUTE_MS, timestampFromMs } from "./time";

const GB = 1_000_000_000n;
const storage = create(GetStorageResponseSchema, {
  cameras: [
    {
      camera: "cameras/door",
      recordedBytes: 50n * GB,
      oldestTime: timestampFromMs(0),
      newestTime: timestampFromMs(12 * DAY_MS),
      bytesPerDay: 4n * GB,
    },
    { camera: "cameras/gone", removed: true, recordedBytes: 150n * GB },
    { camera: "cameras/new" },
  ],
});

it("is told in bytes, days and as a share of all footage, that of removed cameras too", () => {
  const usage = usageOf(storage, "cameras/door");

  expect(usage).toMatchObject({ share: 0.25, heldMs: 12 * DAY_MS, bytesPerDay: 4e9 });
  expect(usage && usageWords(usage)).toBe("50 GB · 12 days · 25 % of all footage");
});

it("is told in minutes where it is young", () => {
  expect(heldWords(40 * MINUTE_MS)).toBe("40 min");
});

it("is told where there is none, and not where it is unknown", () => {
  const usage = usageOf(storage, "cameras/new");

  expect(usage && usageWords(usage)).toBe("No footage yet");
  expect(usageOf(storage, "cameras/other")).toBeUndefined();
  expect(usageOf(undefined, "cameras/door")).toBeUndefined();
});
