/** One stream takes the place of another without a hole. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeHls, loadFakeHls } from "../test/fakeHls";
import { attached, network, preparePlayerTest, SOURCE } from "../test/player";
import { tellPictures } from "../test/video";
import { LiveHandover, type Side } from "./liveHandover";
import type { PlayerState } from "./livePlayer";

beforeEach(preparePlayerTest);
afterEach(() => vi.useRealTimers());

const LOUD = { ...SOURCE, sound: true };

/** A hand-over whose pictures are shown by the test, and what it says. */
function handover() {
  const videos = [document.createElement("video"), document.createElement("video")] as const;
  for (const video of videos) {
    vi.spyOn(video, "play").mockResolvedValue();
  }
  const pictures = videos.map(tellPictures);
  const seen: [Side, PlayerState["kind"]][] = [];
  const shown = new LiveHandover({
    videos,
    loadHls: loadFakeHls,
    onChange: (front, state) => seen.push([front, state.kind]),
  });
  const begin = async (side: Side) => {
    await attached();
    FakeHls.latest.parsed();
    pictures[side]?.show({ mediaTime: 0, presentedFrames: 1 });
  };
  return { shown, seen, begin, pictures, said: () => seen.splice(0) };
}

it("shows what played until the next stream has a picture", async () => {
  const { shown, said, begin } = handover();
  shown.show(SOURCE);
  await begin(0);
  expect(said()).toEqual([
    [0, "loading"],
    [0, "playing"],
  ]);
  const before = FakeHls.latest;

  shown.show(LOUD);
  await attached();
  expect(said()).toEqual([]);
  expect(before.calls).not.toContain("destroy");

  await begin(1);
  expect(said()).toEqual([[1, "playing"]]);
  expect(before.calls).toContain("destroy");
});

it("shows why the next stream does not come", async () => {
  const { shown, said, begin } = handover();
  shown.show(SOURCE);
  await begin(0);
  said();

  shown.show(LOUD);
  await attached();
  FakeHls.latest.fail(network("manifestLoadError", 403));

  expect(said()).toEqual([[1, "failed"]]);
});

it("does not wait for the next stream where the one before ends", async () => {
  const { shown, said, begin } = handover();
  shown.show(SOURCE);
  await begin(0);
  said();
  const before = FakeHls.latest;

  shown.show(LOUD);
  await attached();
  before.fail(network("manifestLoadError", 403));

  expect(said()).toEqual([[1, "loading"]]);
});

it("shows nothing of another camera, and lets go of both streams", async () => {
  const { shown, said, begin } = handover();
  shown.show(SOURCE);
  await begin(0);
  said();

  shown.show({ ...SOURCE, camera: "cameras/yard" });
  expect(said()).toEqual([
    [0, "idle"],
    [0, "loading"],
  ]);
  await begin(0);
  shown.show({ ...LOUD, camera: "cameras/yard" });
  await attached();
  shown.stop();

  expect(said().at(-1)).toEqual([0, "idle"]);
  expect(FakeHls.made.every(({ calls }) => calls.at(-1) === "destroy")).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});
