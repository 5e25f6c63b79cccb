/** How long it takes from a click into a day of footage to the picture of that moment. */
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { framesAdvance, launch, openPage } from "../browser";
import { openAsOwner } from "../owner";
import { printHead, printRow } from "./figures";

const url = process.env.RONIN_MEASURE_URL ?? "";
const SEEKS = Number(process.env.RONIN_MEASURE_SEEKS ?? 100);
const CAMERA = "day";
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Of a single one. */
const SEEK_TIMEOUT_MS = 20_000;
const PREVIEW_TIMEOUT_MS = 20_000;
/** What is shown may be on by so much when it is looked at. */
const PLAYED_MS = 5_000;

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
  const waits: number[] = [];
  for (let seek = 0; seek < SEEKS; seek += 1) {
    // Spread evenly and in no order: steps of the golden ratio.
    const ms = from + ((seek * 0.618034) % 1) * (to - from);
    waits.push(await seekTo(bar, ms, dayMs));
  }
  printHead();
  printRow("a seek in a day of footage", waits);
});

/** Clicks on a moment of the bar; milliseconds until its picture is there. */
async function seekTo(bar: Locator, ms: number, dayMs: number): Promise<number> {
  // It lies below the player, and nothing out of sight can be clicked on.
  await bar.scrollIntoViewIfNeeded();
  const box = await bar.boundingBox();
  if (box === null) {
    throw new Error("there is no bar of the day");
  }
  const x = box.x + ((ms - dayMs) / DAY_MS) * box.width;
  await page.mouse.move(x, box.y + box.height / 2);
  await page.evaluate(awaitPicture, { camera: `footage-${CAMERA}`, timeoutMs: SEEK_TIMEOUT_MS });
  await page.mouse.down();
  await page.mouse.up();
  const waitMs = await page.evaluate(
    () => (globalThis as { picture?: Promise<number> }).picture ?? Promise.reject("not asked for"),
  );
  const time = page.getByRole("region", { name: "Footage player" }).locator("time");
  const shownMs = Date.parse((await time.getAttribute("datetime")) ?? "");
  const pixelMs = DAY_MS / box.width;
  expect(shownMs, "the moment that is shown").toBeGreaterThan(ms - 2 * pixelMs);
  expect(shownMs, "the moment that is shown").toBeLessThan(ms + 2 * pixelMs + PLAYED_MS);
  await page.mouse.move(10, 10);
  return waitMs;
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

/**
 * Runs in the page: leaves there what becomes the milliseconds from letting go of the pointer to the
 * first picture that the player shows then.
 */
function awaitPicture({ camera, timeoutMs }: { camera: string; timeoutMs: number }): void {
  const find = () => document.querySelector<HTMLVideoElement>(`video[data-camera="${camera}"]`);
  const scope = globalThis as { picture?: Promise<number> };
  scope.picture = new Promise<number>((resolve, reject) => {
    let step = "the click did not come";
    const ending = new AbortController();
    const options = { capture: true, signal: ending.signal };
    const end = () => {
      clearTimeout(timer);
      ending.abort();
    };
    const timer = setTimeout(() => {
      end();
      const video = find();
      const at =
        video && `at ${video.currentTime}, ready ${video.readyState}, paused ${video.paused}`;
      reject(new Error(`no picture in ${timeoutMs} ms: ${step}; the video is ${at}`));
    }, timeoutMs);
    const onPicture = (clickedMs: number) => {
      step = "what was opened showed no picture";
      find()?.requestVideoFrameCallback((nowMs) => {
        end();
        resolve(nowMs - clickedMs);
      });
    };
    const onClick = () => {
      const clickedMs = performance.now();
      step = "nothing was opened";
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
