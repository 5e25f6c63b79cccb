/**
 * Who walks past a camera, from its pictures to the page: a real detector finds the people in the
 * street of the demo camera. Goes on behind app.e2e.ts, and leaves its camera as it was.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectUsable, framesAdvance, inEachLook, launch, movedParts, openPage } from "./browser";
import { readEnvironment } from "./environment";
import { CAMERA_ID, openAsOwner, visible } from "./owner";

/** Some seconds of learning, some in which somebody is followed. */
const EVENT_TIMEOUT_MS = 90_000;

const environment = readEnvironment();
let browser: Browser;
let page: Page;
let errors: string[];

const button = (name: string | RegExp) => page.getByRole("button", { name, exact: true });
const list = () => page.getByRole("list", { name: "Events, newest first" });
const items = () => list().getByRole("listitem");
const recordedBoxes = () =>
  page
    .getByRole("region", { name: "Footage player" })
    .getByRole("list", { name: "Objects in the picture" })
    .getByText(/person/i);
const toggle = (name: RegExp) => page.getByRole("switch", { name });

/** Whether a picture is there, and how wide it is. */
const widthOf = (image: ReturnType<Page["locator"]>) =>
  expect
    .poll(() => image.evaluate((img: HTMLImageElement) => img.naturalWidth), { timeout: 30_000 })
    .toBeGreaterThan(100);

beforeAll(async () => {
  browser = await launch();
  ({ page, errors } = await openPage(browser));
  await openAsOwner(page, environment.url, `/cameras/${CAMERA_ID}`);
});

afterAll(async () => {
  await browser?.close();
});

async function save(): Promise<void> {
  await button("Save changes").click();
  await visible(page.getByText("Everything is saved."));
}

describe("a zone", () => {
  it("is drawn on a picture of the camera, with what it is for", async () => {
    await page.goto(`${environment.url}/cameras/${CAMERA_ID}`);
    await page.getByRole("link", { name: "Detection" }).click();
    await toggle(/^Look for motion/).setChecked(true, { force: true });
    const stage = page.getByTestId("zone-stage");
    await widthOf(stage.locator("img").first());
    await button("Draw a zone").click();
    await stage.scrollIntoViewIfNeeded();
    const { x = 0, y = 0, width = 0, height = 0 } = (await stage.boundingBox()) ?? {};
    for (const [across, down] of [
      [0.02, 0.05],
      [0.98, 0.05],
      [0.98, 0.97],
      [0.02, 0.97],
    ] as const) {
      await page.mouse.click(x + across * width, y + down * height);
    }
    await button("Close the zone").click();
    await page.getByLabel("Name of the zone").fill("Pavement");
    await save();
    await page.reload();
    await visible(page.getByRole("group", { name: "Zone Pavement" }));
  });

  it("shows what the detector sees now", async () => {
    const preview = page.getByRole("region", { name: "What the detector sees" });
    await visible(preview.getByRole("table", { name: "Objects now" }), EVENT_TIMEOUT_MS);
    await visible(preview.getByText("person").first(), EVENT_TIMEOUT_MS);
    await inEachLook(page, "detection", environment.shots, () => expectUsable(page));
  });
});

describe("events", () => {
  it("arrive by themselves, each with its picture", async () => {
    await page.getByRole("link", { name: "Events", exact: true }).click();
    await visible(page.getByRole("heading", { name: "Events", level: 1 }));
    await visible(items(), EVENT_TIMEOUT_MS);
    await widthOf(items().first().locator("img"));
    expect(await items().first().getByTestId("event-box").count()).toBe(1);
    await inEachLook(page, "events", environment.shots, () => expectUsable(page));
  });

  it("say why", async () => {
    await items()
      .first()
      .getByRole("button", { name: /^Why: / })
      .click();
    const dialog = page.getByRole("dialog", { name: "Why" });
    await visible(dialog.getByRole("list", { name: "Checks" }));
    await visible(dialog.getByText(/mean score/i).first());
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
  });

  it("are marked as reviewed, and listed without those", async () => {
    const first = items().first();
    const link = await first.getByRole("link").first().getAttribute("data-event");
    await first.getByRole("button", { name: /^Reviewed: / }).click();
    await visible(page.getByText("1 event is marked as reviewed."));
    await page.goto(`${environment.url}/events?reviewed=yes`);
    await visible(items());
    const marked = await items().first().getByRole("link").first().getAttribute("data-event");
    expect(marked).toBe(link);
  });

  it("open with the way that somebody took, and play", async () => {
    await items().first().getByRole("link").first().click();
    await page.waitForURL(/\/events\/[0-9a-f-]+/);
    const picture = page.getByRole("region", { name: "Picture" });
    await widthOf(picture.locator("img"));
    await visible(picture.getByTestId("event-path"));
    await visible(page.getByRole("table", { name: "Zones visited" }).getByText("Pavement"));
    await visible(page.getByRole("img", { name: /^Score over time/ }));
    await framesAdvance(page, `footage-${CAMERA_ID}`);
    await visible(recordedBoxes(), 60_000);
    await inEachLook(page, "event", environment.shots, () => expectUsable(page));
  });

  it("are boxes over the footage of their camera, where a person wants them", async () => {
    await page.getByRole("link", { name: "Show on the timeline" }).click();
    await framesAdvance(page, `footage-${CAMERA_ID}`);
    expect(await recordedBoxes().count()).toBe(0);
    await button("Boxes around objects in the footage").click();
    await visible(recordedBoxes(), 60_000);
    await inEachLook(page, "footage-boxes", environment.shots, async () => {
      await expectUsable(page);
      // Boxes are drawn anew with each picture; where less motion is asked for they do not glide.
      expect(await movedParts(page)).toEqual([]);
    });
    await button("Boxes around objects in the footage").click();
  });

  it("are on the timeline of their camera", async () => {
    await page.goto(`${environment.url}/cameras/${CAMERA_ID}`);
    await visible(page.getByTestId("event-mark"), 60_000);
    await visible(page.getByRole("list", { name: "Latest events" }).getByText(/person/i));
  });

  it("are boxes over live pictures", async () => {
    await page.goto(`${environment.url}/live?camera=${CAMERA_ID}`);
    await framesAdvance(page, CAMERA_ID);
    await button("Boxes around objects").click();
    await visible(
      page.getByRole("list", { name: "Objects in the picture" }).getByText(/person/i),
      60_000,
    );
    await button("Boxes around objects").click();
  });
});

describe("recorded footage", () => {
  it("is run once more, with what would have been told", async () => {
    await page.goto(`${environment.url}/cameras/${CAMERA_ID}/detection`);
    const replay = page.getByRole("region", { name: "Try on recorded footage" });
    await replay.getByRole("button", { name: "Try it" }).click();
    await visible(replay.getByText(/times as fast|Done|same/).first(), 120_000);
  });

  it("and its camera are left as they were", async () => {
    await toggle(/^Look for motion/).setChecked(false, { force: true });
    await button("Delete Pavement").click();
    await save();
  });

  it("met no uncaught error and nothing that the content security policy forbids", () => {
    expect(errors).toEqual([]);
  });
});
