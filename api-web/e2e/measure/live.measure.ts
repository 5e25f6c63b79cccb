/**
 * How late live pictures are, pictures one by one and as HLS; how long the first one takes after a
 * click; and a grid of 16 for minutes. The cameras draw numbers, so a picture says when it was taken.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { framesAdvance, launch, openPage } from "../browser";
import { type LivePicture, readLive, type Shown, stopAndRead } from "../numbers";
import { openAsOwner, visible } from "../owner";
import { printHead, printRow, quantile } from "./figures";

const url = process.env.RONIN_MEASURE_URL ?? "";
const FPS = Number(process.env.RONIN_MEASURE_FPS ?? 25);
const SECONDS = Number(process.env.RONIN_MEASURE_SECONDS ?? 120);
const GRID_SECONDS = Number(process.env.RONIN_MEASURE_GRID_SECONDS ?? 600);
const CLICKS = Number(process.env.RONIN_MEASURE_CLICKS ?? 50);
const CAMERAS = Array.from({ length: 16 }, (_, n) => `cam${n}`);
const [A, B] = ["cam0", "cam1"] as const;
/** A player that comes nearer by less in a second has come as near as it will. */
const STEADY_MS = 20;
/** After so many pictures 16 players have found how far behind they have to stay. */
const SETTLING_PICTURES = 10 * FPS;
/** Stalls within this time are of one cause. */
const MOMENT_MS = 1_000;

let browser: Browser;
let page: Page;
/** A picture and when it was taken, of each camera that is read. */
const anchors = new Map<string, Shown>();

beforeAll(async () => {
  browser = await launch();
  ({ page } = await openPage(browser));
  await openAsOwner(page, url, "/cameras", "admin");
  for (const camera of [A, B]) {
    const at = new Date(Date.now() - 8_000).toISOString();
    await page.goto(`${url}/cameras/${camera}?at=${at}`);
    await framesAdvance(page, `footage-${camera}`);
    anchors.set(camera, await stopAndRead(page, `footage-${camera}`));
  }
  printHead();
});

afterAll(async () => {
  await browser?.close();
});

const lateness = (camera: string, pictures: readonly LivePicture[]) => {
  const anchor = anchors.get(camera);
  if (anchor === undefined) {
    throw new Error(`no picture of ${camera} is known`);
  }
  return pictures.map(
    ({ number, atMs }) => atMs - (anchor.wallMs + ((number - anchor.number) / FPS) * 1_000),
  );
};

/** By how much the player comes nearer to now within a second, either way. */
async function approach(): Promise<number> {
  const late = lateness(A, await readLive(page, A, FPS));
  return Math.abs((late.at(0) ?? 0) - (late.at(-1) ?? 0));
}

const showOne = async (mode: "pictures" | "hls") => {
  await page.goto(`${url}/live?camera=${A}`);
  await framesAdvance(page, A);
  await visible(page.locator(`[data-mode="${mode}"]`), 60_000);
};

it("pictures one by one", async () => {
  await showOne("pictures");
  printRow("live, one by one", lateness(A, await readLive(page, A, SECONDS * FPS)));
});

it("HLS, where streams do not pass", async () => {
  await page.route("**/StreamLiveTiles", (route) => route.abort());
  await showOne("hls");
  await expect.poll(approach, { timeout: 60_000 }).toBeLessThan(STEADY_MS);
  printRow("live, HLS", lateness(A, await readLive(page, A, SECONDS * FPS)));
  await page.unroute("**/StreamLiveTiles");
});

it("the first picture after a click", async () => {
  await page.goto(`${url}/live?layout=2`);
  await framesAdvance(page, A);
  const enlarged: number[] = [];
  const large: number[] = [];
  const next: number[] = [];
  for (let click = 0; click < CLICKS; click += 1) {
    const [zoomed, other] = click % 2 === 0 ? [A, B] : [B, A];
    const first = page.evaluate(firstPicture, { camera: zoomed, isOfAnotherStream: false });
    const main = page.evaluate(firstPicture, { camera: zoomed, isOfAnotherStream: true });
    await page.getByRole("button", { name: `Zoom to ${zoomed}`, exact: true }).click();
    enlarged.push(await first);
    large.push(await main);

    const after = page.evaluate(firstPicture, { camera: other, isOfAnotherStream: false });
    const way = zoomed === A ? "Next camera" : "Previous camera";
    await page.getByRole("button", { name: way }).click();
    next.push(await after);
    await page.keyboard.press("Escape");
    await framesAdvance(page, zoomed);
    await framesAdvance(page, other);
  }
  printRow("picture after a click to zoom", enlarged);
  printRow("the same, of the main stream", large);
  printRow("picture after a click to the next camera", next);
});

/**
 * Runs in the page: milliseconds from the next click to a picture of this camera, or to one of
 * another stream than it has now.
 */
async function firstPicture(wanted: {
  camera: string;
  isOfAnotherStream: boolean;
}): Promise<number> {
  const find = () =>
    document.querySelector<HTMLVideoElement>(`video[data-camera="${wanted.camera}"]`);
  const clicked = await new Promise<number>((resolve) => {
    document.addEventListener("click", () => resolve(performance.now()), {
      capture: true,
      once: true,
    });
  });
  const before = find()?.src;
  return new Promise<number>((resolve) => {
    const asked = new Set<string>();
    // The video that is shown may change before it has another picture.
    const look = () => {
      const video = find();
      const isWanted = !wanted.isOfAnotherStream || video?.src !== before;
      if (video !== null && video.src !== "" && isWanted && !asked.has(video.src)) {
        asked.add(video.src);
        video.requestVideoFrameCallback((now) => resolve(now - clicked));
      }
      requestAnimationFrame(look);
    };
    look();
  });
}

it("16 tiles at once", async () => {
  await page.goto(`${url}/live?layout=4`);
  for (const camera of CAMERAS) {
    await framesAdvance(page, camera);
  }
  const client = await page.context().newCDPSession(page);
  const heapMb = async () => {
    await client.send("HeapProfiler.collectGarbage");
    const { usedSize } = await client.send("Runtime.getHeapUsage");
    return usedSize / 2 ** 20;
  };
  // Asking for it stops the page for a moment, so it is not asked for while stalls are counted.
  const before = await heapMb();
  await readLive(page, A, SETTLING_PICTURES);
  await page.evaluate(countStalls);
  const late: number[] = [];
  const end = Date.now() + GRID_SECONDS * 1_000;
  while (Date.now() < end) {
    late.push(...lateness(A, await readLive(page, A, FPS)));
  }
  const { stalls, frames, dropped } = await page.evaluate(counted);
  const moments = stalls.filter((at, n) => at - (stalls[n - 1] ?? -MOMENT_MS) >= MOMENT_MS);
  const after = await heapMb();
  // A sub stream counts from when it was connected: how late it is at all is not known, only by how
  // much more than at its best.
  const best = Math.min(...late);
  const beyond = late.map((value) => value - best);
  printRow("one of 16 tiles, later than at its best", beyond);
  console.info(
    `\n16 tiles, ${GRID_SECONDS} s: ${stalls.length} stalls at ${moments.length} moments, ${frames} pictures shown, ${dropped} dropped; ` +
      `JavaScript heap ${before.toFixed(1)} -> ${after.toFixed(1)} MB; ` +
      `later than at its best, at the end, p95 ${quantile(beyond.slice(-10 * FPS), 0.95).toFixed(0)} ms`,
  );
  expect(frames).toBeGreaterThan(0);
});

interface Counts {
  /** When they were, in milliseconds. */
  stalls: number[];
  frames: number;
  dropped: number;
}

/** Runs in the page: notes when a picture has to be waited for, from now on. */
function countStalls(): void {
  const stalls: number[] = [];
  Object.assign(globalThis, { stalls });
  // It does not bubble, and the video that shows a camera may become another one.
  document.addEventListener("waiting", () => stalls.push(performance.now()), { capture: true });
}

/** Runs in the page. */
function counted(): Counts {
  const { stalls = [] } = globalThis as { stalls?: number[] };
  const counts = { stalls, frames: 0, dropped: 0 };
  for (const video of document.querySelectorAll("video")) {
    const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
    counts.frames += totalVideoFrames;
    counts.dropped += droppedVideoFrames;
  }
  return counts;
}
