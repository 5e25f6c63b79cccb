/**
 * How long it takes from a click into a day of footage to the first picture of that moment, be it the
 * still or the video, and to the video.
 */
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { framesAdvance, launch, openPage } from "../browser";
import { giveReader, numberOf, type Reader } from "../numbers";
import { openAsOwner } from "../owner";
import { printHead, printRow } from "./figures";

const url = process.env.RONIN_MEASURE_URL ?? "";
const SEEKS = Number(process.env.RONIN_MEASURE_SEEKS ?? 100);
/** Pictures a second of the numbered camera. */
const FPS = Number(process.env.RONIN_MEASURE_FPS ?? 15);
const CAMERA = "day";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of a single one. */
const SEEK_TIMEOUT_MS = 20_000;
const PREVIEW_TIMEOUT_MS = 20_000;
/** What is shown may be on by so much when it is looked at. */
const PLAYED_MS = 5_000;
/** Times are told in parts of a second that are no whole pictures. */
const ROUNDING = 1;
/** Pictures that play before the first one is read, on a busy machine. */
const WENT_ON = 8;

let browser: Browser;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  ({ page } = await openPage(browser));
  await openAsOwner(page, url, "/cameras", "admin");
});

afterAll(async () => {
  await browser?.close();
});

it("a seek anywhere in a day", async () => {
  const now = Date.now();
  const dayMs = new Date(now - 12 * HOUR_MS).setHours(0, 0, 0, 0);
  const from = Math.max(dayMs, now - 23.9 * HOUR_MS);
  const to = Math.min(dayMs + DAY_MS, now - HOUR_MS / 2);
  await page.goto(`${url}/cameras/${CAMERA}?at=${new Date((from + to) / 2).toISOString()}`);
  await framesAdvance(page, `footage-${CAMERA}`);
  const bar = page.getByRole("group", { name: /^Footage of the day/ });
  const waits: SeekWait[] = [];
  for (let seek = 0; seek < SEEKS; seek += 1) {
    // Spread evenly and in no order: steps of the golden ratio.
    const ms = from + ((seek * 0.618034) % 1) * (to - from);
    waits.push(await seekTo(bar, ms, dayMs));
  }
  printHead();
  printRow(
    "a seek in a day of footage, to the first picture of it",
    waits.map(({ firstMs }) => firstMs),
  );
  printRow(
    "the same, to the moving picture asked for",
    waits.map(({ movingMs }) => movingMs),
  );
  const sooner = waits.filter(({ firstMs, movingMs }) => firstMs < movingMs).length;
  const wrong = waits.flatMap(({ wrongStills }) => wrongStills);
  console.info(`\nthe still was sooner ${sooner} times of ${waits.length}, wrong ${wrong.length}`);
  expect(wrong, "stills of another moment").toEqual([]);
});

/** Milliseconds from a click. */
interface SeekWait {
  /** To the still or to the video, whichever was first. */
  firstMs: number;
  movingMs: number;
  /** Stills that were not of the moment, in words: they do not count. */
  wrongStills: string[];
}

/** Clicks on a moment of the bar, and waits until its picture is there. */
async function seekTo(bar: Locator, ms: number, dayMs: number): Promise<SeekWait> {
  // It lies below the player, and nothing out of sight can be clicked on.
  await bar.scrollIntoViewIfNeeded();
  const box = await bar.boundingBox();
  if (box === null) {
    throw new Error("there is no bar of the day");
  }
  const x = box.x + ((ms - dayMs) / DAY_MS) * box.width;
  await page.mouse.move(x, box.y + box.height / 2);
  await giveReader(page);
  await page.evaluate(awaitPicture, { camera: CAMERA, timeoutMs: SEEK_TIMEOUT_MS });
  await page.mouse.down();
  await page.mouse.up();
  const seen = await page.evaluate(
    () => (globalThis as { picture?: Promise<Seen> }).picture ?? Promise.reject("not asked for"),
  );
  const time = page.getByRole("region", { name: "Footage player" }).locator("time");
  const shownMs = Date.parse((await time.getAttribute("datetime")) ?? "");
  const pixelMs = DAY_MS / box.width;
  expect(shownMs, "the moment that is shown").toBeGreaterThan(ms - 2 * pixelMs);
  expect(shownMs, "the moment that is shown").toBeLessThan(ms + 2 * pixelMs + PLAYED_MS);
  await page.mouse.move(10, 10);
  return waitOf(seen);
}

/**
 * A still is right where it is of the GOP of the first moving picture: the key frame at or before the
 * moment. The video may have gone on by a few pictures when it is read.
 */
function waitOf({ stills, waitMs, cells }: Seen): SeekWait {
  const moving = numberOf(cells);
  const isRight = (still: SeenStill) => {
    const behind = moving - numberOf(still.cells);
    return behind >= -ROUNDING && behind <= FPS + WENT_ON;
  };
  return {
    firstMs: Math.min(waitMs, ...stills.filter(isRight).map((still) => still.waitMs)),
    movingMs: waitMs,
    wrongStills: stills
      .filter((still) => !isRight(still))
      .map((still) => `${numberOf(still.cells)} before ${moving}, after ${still.waitMs} ms`),
  };
}

it("a small picture of a moment", async () => {
  const now = Date.now();
  const waits: number[] = [];
  for (let n = 0; n < SEEKS; n += 1) {
    const at = new Date(now - HOUR_MS - ((n * 0.618034) % 1) * 22 * HOUR_MS).toISOString();
    const wanted = {
      path: `/preview/${CAMERA}.jpg?time=${at}`,
      timeoutMs: PREVIEW_TIMEOUT_MS,
    };
    waits.push(
      await page.evaluate(async ({ path, timeoutMs }) => {
        const began = performance.now();
        const answer = await fetch(path, { signal: AbortSignal.timeout(timeoutMs) });
        if (!answer.ok) {
          throw new Error(`${answer.status}: ${await answer.text()}`);
        }
        await createImageBitmap(await answer.blob());
        return performance.now() - began;
      }, wanted),
    );
  }
  printRow("a small picture of a moment", waits);
});

/** A still, from when it is drawn. */
interface SeenStill {
  waitMs: number;
  cells: number[];
}

/** What a player shows of a moment that was clicked on. */
interface Seen {
  stills: SeenStill[];
  /** To the first picture of the video, its cells and its time in the video. */
  waitMs: number;
  cells: number[];
}

/**
 * Runs in the page: leaves there what becomes the stills that the player of a camera shows from when
 * the pointer is let go of, and the first picture of its video.
 */
function awaitPicture({ camera, timeoutMs }: { camera: string; timeoutMs: number }): void {
  const find = () =>
    document.querySelector<HTMLVideoElement>(`video[data-camera="footage-${camera}"]`);
  const { readCells } = globalThis as unknown as Reader;
  const scope = globalThis as { picture?: Promise<Seen> };
  scope.picture = new Promise<Seen>((resolve, reject) => {
    let step = "the click did not come";
    let frame = 0;
    const ending = new AbortController();
    const options = { capture: true, signal: ending.signal };
    const end = () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      ending.abort();
    };
    const timer = setTimeout(() => {
      end();
      const video = find();
      const at =
        video && `at ${video.currentTime}, ready ${video.readyState}, paused ${video.paused}`;
      reject(new Error(`no picture in ${timeoutMs} ms: ${step}; the video is ${at}`));
    }, timeoutMs);
    const stills: Promise<{ waitMs: number; bitmap: ImageBitmap }>[] = [];
    const watchStills = (clickedMs: number) => {
      let last = "";
      const look = (nowMs: number) => {
        const still = document.querySelector<HTMLImageElement>(
          `img[data-testid="still-${camera}"]`,
        );
        if (still?.complete && still.naturalWidth > 0 && still.src !== last) {
          last = still.src;
          const waitMs = nowMs - clickedMs;
          // Read later: that takes time which the video needs.
          stills.push(createImageBitmap(still).then((bitmap) => ({ waitMs, bitmap })));
        }
        frame = requestAnimationFrame(look);
      };
      frame = requestAnimationFrame(look);
    };
    const onPicture = (clickedMs: number) => {
      step = "what was opened showed no picture";
      const video = find();
      video?.requestVideoFrameCallback((nowMs) => {
        end();
        const moving = { waitMs: nowMs - clickedMs, cells: readCells(video) };
        const read = Promise.all(stills).then((shown) =>
          shown.map(({ waitMs, bitmap }) => ({ waitMs, cells: readCells(bitmap) })),
        );
        read.then((seen) => resolve({ ...moving, stills: seen }), reject);
      });
    };
    const onClick = () => {
      const clickedMs = performance.now();
      step = "nothing was opened";
      watchStills(clickedMs);
      // What was shown before is let go of, and shows no picture from then on.
      const onEmptied = ({ target }: Event) => {
        if (target === find()) {
          onPicture(clickedMs);
        }
      };
      document.addEventListener("emptied", onEmptied, options);
    };
    document.addEventListener("pointerup", onClick, { ...options, once: true });
  });
}
