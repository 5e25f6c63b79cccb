/**
 * What moves in front of a camera, from its pictures to the page: the street of the demo camera has
 * people in it, who are found by where they walk. Goes on behind app.e2e.ts, and leaves its camera as
 * it was.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectUsable, framesAdvance, inEachLook, launch, openPage } from "./browser";
import { readEnvironment } from "./environment";
import { CAMERA_ID, openAsOwner, visible } from "./owner";

/** Some seconds of learning, some until it is noted, and the timeline is asked for every 15 s. */
const MOTION_TIMEOUT_MS = 90_000;

const environment = readEnvironment();
let browser: Browser;
let page: Page;
let errors: string[];

const button = (name: string) => page.getByRole("button", { name, exact: true });
const search = () => page.getByRole("region", { name: "Search motion" });
const found = () => search().getByRole("list", { name: "Motion" }).getByRole("button");

beforeAll(async () => {
  browser = await launch();
  ({ page, errors } = await openPage(browser));
  await openAsOwner(page, environment.url, `/cameras/${CAMERA_ID}`);
});

afterAll(async () => {
  await browser?.close();
});

async function lookForMotion(isOn: boolean): Promise<void> {
  await page.goto(`${environment.url}/cameras/${CAMERA_ID}/edit`);
  await page.getByRole("switch", { name: /^Look for motion/ }).setChecked(isOn, { force: true });
  await button("Save changes").click();
  await page.waitForURL(`**/cameras/${CAMERA_ID}`);
}

describe("motion", () => {
  it("is looked for once that is switched on", async () => {
    await lookForMotion(true);
  });

  it("is on the timeline", async () => {
    await visible(
      page.getByRole("group", {
        name: /^Footage of the day: .*, motion at \d+ times?(, \d+ events?)?$/,
      }),
      MOTION_TIMEOUT_MS,
    );
    expect(await page.getByTestId("motion").count()).toBeGreaterThan(0);
  });

  it("is found by an area that is drawn, and plays", async () => {
    await button("Search motion").click();
    const picker = search().getByTestId("area-picker");
    await expect
      .poll(() => picker.locator("img").evaluate((img: HTMLImageElement) => img.naturalWidth), {
        timeout: 30_000,
      })
      .toBeGreaterThan(100);
    await picker.scrollIntoViewIfNeeded();
    const box = await picker.boundingBox();
    expect(box).not.toBeNull();
    const { x = 0, y = 0, width = 0, height = 0 } = box ?? {};
    await page.mouse.move(x + width * 0.1, y + height * 0.2);
    await page.mouse.down();
    await page.mouse.move(x + width * 0.9, y + height * 0.95, { steps: 5 });
    await page.mouse.up();
    expect(await search().getByLabel("From the left").inputValue()).toBe("10 %");
    await search().getByRole("button", { name: "Search", exact: true }).click();

    await visible(found());
    const picture = found().first().locator("img");
    await expect
      .poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth), {
        timeout: 30_000,
      })
      .toBeGreaterThan(50);
    await inEachLook(page, "motion-search", environment.shots, () => expectUsable(page));
    await found().first().click();
    await framesAdvance(page, `footage-${CAMERA_ID}`);
  });

  it("is looked for no more once that is switched off", async () => {
    await lookForMotion(false);
    await page.goto(`${environment.url}/cameras/${CAMERA_ID}/edit`);
    const motion = page.getByRole("switch", { name: /^Look for motion/ });
    await visible(page.getByText(/takes much of a processor/));
    expect(await motion.isChecked()).toBe(false);
  });

  it("met no uncaught error and nothing that the content security policy forbids", () => {
    expect(errors).toEqual([]);
  });
});
