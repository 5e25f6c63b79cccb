/** The segments that the page of a camera lists. */
import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Segments of the run are 6 s; the machine may be busy. */
export const SEGMENT_TIMEOUT_MS = 90_000;

/** When those begin that the page lists, to the second, the oldest first. */
export function segmentTimes(page: Page): Promise<number[]> {
  return page.getByRole("button", { name: /^Play the segment of/ }).evaluateAll((buttons) =>
    buttons
      .map((element) => element.getAttribute("aria-label")?.match(/(\d+):(\d+):(\d+)/))
      .map((match) => {
        const [hours = 0, minutes = 0, seconds = 0] = (match ?? []).slice(1).map(Number);
        return new Date().setHours(hours % 24, minutes, seconds, 0);
      })
      .sort((a, b) => a - b),
  );
}

/** Waits on the page of a camera until one of its segments begins after `ms`. */
export async function segmentAfter(page: Page, url: string, camera: string, ms: number) {
  await page.goto(`${url}/cameras/${camera}`);
  await expect
    .poll(async () => (await segmentTimes(page)).at(-1) ?? 0, { timeout: SEGMENT_TIMEOUT_MS })
    .toBeGreaterThan(ms);
}
