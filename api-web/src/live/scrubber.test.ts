/** Small pictures of what is pointed at: one request at a time, the newest moment next. */
import { beforeEach, expect, it, vi } from "vitest";
import type { PreviewAnswer, PreviewSize } from "../api/media";
import { MINUTE_MS, SECOND_MS } from "../lib/time";
import type { DayCoverage } from "../lib/timelineSpans";
import { type Point, Scrubber } from "./scrubber";

const MINUTE: DayCoverage = {
  startMs: 0,
  endMs: MINUTE_MS,
  recorded: [{ startMs: 0, endMs: 40_000 }],
  gaps: [
    { startMs: 40_000, endMs: MINUTE_MS, cause: "DISK_FULL", message: "disk full", kind: "lost" },
  ],
  motion: [],
  events: [],
  coverage: 0.66,
};
const picture: PreviewAnswer = { kind: "picture", jpeg: new Blob(["jpeg"]) };

/** Requests that were made, to be answered by the test. */
let requests: {
  camera: string;
  ms: number;
  size: PreviewSize;
  answer: (answer: PreviewAnswer) => Promise<void>;
}[];
let made: string[];
let revoked: string[];

const asked = () => requests.map(({ camera, ms }) => [camera, ms]);
const request = (index: number) => {
  const found = requests[index];
  if (found === undefined) {
    throw new Error(`there were ${requests.length} requests`);
  }
  return found;
};

function scrubberOf(...ids: string[]) {
  const scrubber = new Scrubber(
    (camera, ms, size) =>
      new Promise((resolve) => {
        requests.push({
          camera,
          ms,
          size,
          answer: async (answer) => {
            resolve(answer);
            await Promise.resolve();
          },
        });
      }),
  );
  scrubber.setFootage(new Map(ids.map((id) => [id, MINUTE])));
  return scrubber;
}
const point = (ms: number, changes: Partial<Point> = {}): Point => ({
  ms,
  by: "hover",
  camera: "door",
  window: { startMs: 0, endMs: MINUTE_MS },
  ...changes,
});

beforeEach(() => {
  requests = [];
  made = [];
  revoked = [];
  URL.createObjectURL = () => {
    made.push(`blob:${made.length}`);
    return made.at(-1) ?? "";
  };
  URL.revokeObjectURL = (url) => void revoked.push(url);
});

it("asks for the moment that is pointed at, rounded to what the zoom can show", () => {
  const scrubber = scrubberOf("door");
  scrubber.point(point(10_300));
  expect(asked()).toEqual([["door", 10_000]]);

  const day = { startMs: 0, endMs: 24 * 60 * MINUTE_MS };
  const other = scrubberOf("yard");
  other.point(point(39_000, { camera: "yard", window: day }));
  // A step of 2 min would lie before the footage, whose first key frame is asked for.
  expect(asked().at(-1)).toEqual(["yard", 1]);
});

it("has one request on its way, and then the newest moment", async () => {
  const scrubber = scrubberOf("door");
  for (const ms of [1_000, 2_000, 3_000, 4_000]) {
    scrubber.point(point(ms));
  }
  expect(asked()).toEqual([["door", 1_000]]);

  await request(0).answer(picture);
  await vi.waitFor(() => expect(requests).toHaveLength(2));
  expect(asked().at(-1)).toEqual(["door", 4_000]);
  await request(1).answer(picture);
  await vi.waitFor(() => expect(scrubber.view().previews.get("door")?.url).toBe("blob:1"));
  expect(requests).toHaveLength(2);
});

it("asks for a larger one of what is dragged to", async () => {
  const scrubber = scrubberOf("door");
  scrubber.point(point(5_000));
  await request(0).answer(picture);
  await vi.waitFor(() => expect(made).toHaveLength(1));
  scrubber.point(point(5_000, { by: "drag" }));
  expect(requests.map(({ size }) => size)).toEqual(["small", "large"]);
});

it("does not ask again for a moment whose picture is shown", async () => {
  const scrubber = scrubberOf("door");
  scrubber.point(point(5_000));
  await request(0).answer(picture);
  await vi.waitFor(() => expect(made).toHaveLength(1));

  scrubber.point(point(5_200));
  expect(requests).toHaveLength(1);
});

it("shows the last picture until the next one is there, and lets go of it then", async () => {
  const scrubber = scrubberOf("door");
  scrubber.point(point(1_000));
  expect(scrubber.view().previews.get("door")?.url).toBeUndefined();
  await request(0).answer(picture);
  await vi.waitFor(() => expect(scrubber.view().previews.get("door")?.url).toBe("blob:0"));

  scrubber.point(point(9_000));
  expect(scrubber.view().previews.get("door")?.url).toBe("blob:0");
  await request(1).answer(picture);
  await vi.waitFor(() => expect(scrubber.view().previews.get("door")?.url).toBe("blob:1"));
  expect(revoked).toEqual(["blob:0"]);
});

it("shows nothing over a gap but its cause, and asks for nothing", () => {
  const scrubber = scrubberOf("door");
  scrubber.point(point(50_000));

  expect(requests).toEqual([]);
  const preview = scrubber.view().previews.get("door");
  expect(preview?.url).toBeUndefined();
  expect(preview?.gap?.message).toBe("disk full");
});

it("says why there is no picture, and asks for the next one all the same", async () => {
  const scrubber = scrubberOf("door");
  scrubber.point(point(1_000));
  await request(0).answer({ kind: "none", words: "It is gone." });
  await vi.waitFor(() =>
    expect(scrubber.view().previews.get("door")).toMatchObject({
      url: undefined,
      words: "It is gone.",
    }),
  );

  scrubber.point(point(2_000));
  await request(1).answer(picture);
  await vi.waitFor(() =>
    expect(scrubber.view().previews.get("door")).toMatchObject({ url: "blob:0", words: undefined }),
  );
});

it("asks for one of each camera where all are meant, and for one where one is", () => {
  const scrubber = scrubberOf("door", "yard");
  scrubber.point(point(1_000, { camera: undefined, by: "drag" }));
  expect(asked()).toEqual([
    ["door", 1_000],
    ["yard", 1_000],
  ]);
  expect([...scrubber.view().previews.keys()]).toEqual(["door", "yard"]);

  scrubber.point(point(2_000, { camera: "yard" }));
  expect([...scrubber.view().previews.keys()]).toEqual(["yard"]);
  expect(requests).toHaveLength(2);
});

it("tells its listeners, and shows nothing when nothing is pointed at", () => {
  const scrubber = scrubberOf("door");
  const listener = vi.fn();
  const stop = scrubber.subscribe(listener);
  scrubber.point(undefined);
  expect(listener).not.toHaveBeenCalled();

  scrubber.point(point(1_000));
  scrubber.point(undefined);
  expect(listener).toHaveBeenCalledTimes(2);
  expect(scrubber.view()).toEqual({ point: undefined, previews: new Map() });
  stop();
  scrubber.point(point(1_000));
  expect(listener).toHaveBeenCalledTimes(2);
});

it("lets go of the pictures of cameras that are taken away", async () => {
  const scrubber = scrubberOf("door");
  scrubber.point(point(1_000));
  await request(0).answer(picture);
  await vi.waitFor(() => expect(made).toHaveLength(1));

  scrubber.setFootage(new Map());
  expect(revoked).toEqual(["blob:0"]);
});

it("does not keep a picture that comes after the camera was taken away", async () => {
  const scrubber = scrubberOf("door");
  scrubber.point(point(SECOND_MS));
  scrubber.close();
  await request(0).answer(picture);
  expect(made).toEqual([]);
});
