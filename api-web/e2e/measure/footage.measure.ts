/** How long it takes from a click into a day of footage to the picture of that moment. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, it } from "vitest";
import { framesAdvance, launch, openPage } from "../browser";
import { openAsOwner } from "../owner";
import { printHead, printRow } from "./figures";

const url = process.env.RONIN_MEASURE_URL ?? "";
const SEEKS = Number(process.env.RONIN_MEASURE_SEEKS ?? 100);
const CAMERA = "day";
const HOUR_MS = 3_600_000;

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
  const to = Math.min(dayMs + 24 * HOUR_MS, now - HOUR_MS / 2);
  await page.goto(`${url}/cameras/${CAMERA}?at=${new Date((from + to) / 2).toISOString()}`);
  await framesAdvance(page, `footage-${CAMERA}`);
  const bar = page.getByRole("group", { name: /on disk|recorded|footage/i }).first();
  const box = await bar.boundingBox();
  if (box === null) {
    throw new Error("there is no bar of the day");
  }
  const waits: number[] = [];
  for (let seek = 0; seek < SEEKS; seek += 1) {
    // Spread evenly and in no order: steps of the golden ratio.
    const ms = from + ((seek * 0.618034) % 1) * (to - from);
    const x = box.x + ((ms - dayMs) / (24 * HOUR_MS)) * box.width;
    const picture = page.evaluate(pictureAfterClick, `footage-${CAMERA}`);
    await page.mouse.move(x, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.up();
    waits.push(await picture);
    await page.mouse.move(10, 10);
  }
  printHead();
  printRow("a seek in a day of footage", waits);
});

it("a small picture of a moment", async () => {
  const now = Date.now();
  const waits: number[] = [];
  for (let n = 0; n < SEEKS; n += 1) {
    const at = new Date(now - HOUR_MS - ((n * 0.618034) % 1) * 22 * HOUR_MS).toISOString();
    waits.push(
      await page.evaluate(async (path) => {
        const began = performance.now();
        const answer = await fetch(path);
        if (!answer.ok) {
          throw new Error(`${answer.status}: ${await answer.text()}`);
        }
        await createImageBitmap(await answer.blob());
        return performance.now() - began;
      }, `/preview/${CAMERA}.jpg?time=${at}`),
    );
  }
  printRow("a small picture of a moment", waits);
});

/** Runs in the page: milliseconds from letting go of the pointer to the picture that was asked for. */
async function pictureAfterClick(camera: string): Promise<number> {
  const clicked = await new Promise<number>((resolve) => {
    document.addEventListener("pointerup", () => resolve(performance.now()), {
      capture: true,
      once: true,
    });
  });
  // Another playlist may bring another video.
  const video = await new Promise<HTMLVideoElement>((resolve) => {
    const arrived = ({ target }: Event) => {
      if (target instanceof HTMLVideoElement && target.dataset.camera === camera) {
        resolve(target);
      }
    };
    document.addEventListener("seeked", arrived, { capture: true });
    document.addEventListener("loadeddata", arrived, { capture: true });
  });
  return new Promise<number>((resolve) => {
    video.requestVideoFrameCallback((now) => resolve(now - clicked));
  });
}
