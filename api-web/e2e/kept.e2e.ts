/**
 * Footage that cannot be lost, against a real server: the disk, coverage of days, spans that are
 * kept, and news of a camera that goes away. Goes on behind app.e2e.ts.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectUsable, inEachLook, launch, openPage } from "./browser";
import { readEnvironment } from "./environment";
import { CAMERA, CAMERA_ID, openAsOwner, visible } from "./owner";

/** A camera has to be missed, or found again, within its connection timeout and one back-off. */
const OUTAGE_TIMEOUT_MS = 60_000;
/** A segment of the run is 6 s; the machine may be busy. */
const SEGMENT_TIMEOUT_MS = 60_000;

const environment = readEnvironment();
let browser: Browser;
let page: Page;
let errors: string[];

const button = (name: string | RegExp) => page.getByRole("button", { name });
const open = (path: string) => page.goto(`${environment.url}${path}`);
/** Draws the page in every look, and finds it usable. */
const canBeUsed = (name: string) =>
  inEachLook(page, name, environment.shots, () => expectUsable(page));

async function control(action: "start" | "stop") {
  const response = await fetch(`${environment.control}/${action}`, { method: "POST" });
  expect(response.ok, `control ${action} answered ${response.status}`).toBe(true);
}

beforeAll(async () => {
  browser = await launch();
  ({ page, errors } = await openPage(browser));
  await openAsOwner(page, environment.url, "/storage");
});

afterAll(async () => {
  await browser?.close();
});

describe("the storage page", () => {
  it("shows the disk, the forecast and what the camera takes", async () => {
    await visible(page.getByRole("region", { name: "Forecast" }));
    await visible(page.getByRole("img", { name: /^Of .*: Footage .*, Protected footage / }));
    const row = page.getByRole("row", { name: new RegExp(CAMERA) });
    await visible(row);
    expect(await row.textContent()).toMatch(/\d [kMG]B/);

    await canBeUsed("storage");
  });

  it("shows what the camera takes on each day", async () => {
    await button(`Days of ${CAMERA}`).click();

    await page.waitForURL(`**/storage?camera=${CAMERA_ID}`);
    const table = page.getByRole("table", { name: new RegExp(`^Footage of ${CAMERA} by day`) });
    await table.waitFor({ state: "attached" });
    expect(await table.getByRole("row").last().textContent()).toMatch(/[1-9]\d* segments?$/);
  });

  it("says what a smaller limit would delete, and changes nothing yet", async () => {
    const size = page.getByRole("textbox", { name: "Size" });
    await size.fill("0.001");
    await button("What would change?").click();

    await visible(page.getByRole("status", { name: /of footage would be deleted/ }));
    await visible(button(/^Save and delete /));
    await button("Discard").click();
    expect(await size.inputValue()).toBe("");
  });

  it("keeps what is set", async () => {
    await page.getByRole("textbox", { name: "Days" }).fill("3650");
    await page.keyboard.press("Enter");
    await visible(page.getByRole("status", { name: "Nothing would be deleted" }));
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await visible(page.getByText("What is kept is changed."));

    await page.reload();
    await visible(page.getByText(/Footage is kept for 3650 days/));
  });
});

describe("the calendar of coverage", () => {
  const today = () => page.getByRole("link", { name: new RegExp(`^${CAMERA}, .*% on disk`) });

  it("says how much of today is on disk", async () => {
    await open("/coverage");
    await visible(page.getByRole("table", { name: /^Footage on disk in percent/ }));
    await visible(today());

    await inEachLook(page, "coverage", environment.shots, async () => {
      await visible(today());
      await expectUsable(page);
    });
  });

  it("is reached and left with keys, and a day leads to its footage", async () => {
    await today().last().focus();
    await visible(page.getByRole("tooltip", { name: /% on disk/ }));
    await page.keyboard.press("Home");
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");

    await page.waitForURL(`**/cameras/${CAMERA_ID}?day=*`);
    await visible(page.getByText(/is on disk/));
  });
});

describe("footage that is kept", () => {
  it("has days with footage marked in the calendar", async () => {
    await open(`/cameras/${CAMERA_ID}`);
    await button(/^Day: /).click();

    await visible(page.getByRole("button", { name: /of footage$/ }), SEGMENT_TIMEOUT_MS);
    await page.keyboard.press("Escape");
  });

  it("is protected by two times and a note", async () => {
    await visible(button(/^Play the segment of/), SEGMENT_TIMEOUT_MS);
    await button("Protect a span").click();
    const form = page.getByRole("form", { name: "Protect a span" });
    await visible(form);
    await canBeUsed("protect");

    const end = page.getByRole("slider", { name: "End of the span" });
    const before = Number(await end.getAttribute("aria-valuenow"));
    await end.press("ArrowLeft");
    await expect
      .poll(async () => Number(await end.getAttribute("aria-valuenow")))
      .toBe(before - 10);
    await form.getByLabel("Note").fill("kept by the end-to-end run");
    await form.getByRole("button", { name: "Protect" }).click();

    await visible(page.getByText(/^Protected: .* of footage stay\.$/));
    const item = page
      .getByRole("list", { name: "Protected spans, newest first" })
      .getByRole("listitem")
      .filter({ hasText: "kept by the end-to-end run" });
    await visible(item);
    await visible(page.getByTestId("kept"));
  });

  it("is played, and counts as protected on the disk", async () => {
    await button(/^Play the protected span of/)
      .first()
      .click();
    await page.waitForURL((url) => url.searchParams.has("at"));

    await open("/storage");
    await expect
      .poll(() => page.getByRole("img", { name: /^Of / }).getAttribute("aria-label"), {
        timeout: 30_000,
      })
      .not.toMatch(/Protected footage 0 B/);
  });

  it("goes like any other after the protection is taken away", async () => {
    await open(`/cameras/${CAMERA_ID}`);
    await button(/^Unprotect the span of/)
      .first()
      .click();
    const dialog = page.getByRole("dialog", { name: "Take the protection away?" });
    await dialog.getByRole("button", { name: "Unprotect" }).click();

    await visible(page.getByText("Nothing of this camera is protected."));
  });

  it("is listed as it is finished, without asking", async () => {
    const list = page.getByText(/^\d+ segments?, newest first$/);
    const count = async () => Number.parseInt((await list.textContent()) ?? "0", 10);
    await visible(list, SEGMENT_TIMEOUT_MS);
    const before = await count();

    await expect.poll(count, { timeout: SEGMENT_TIMEOUT_MS }).toBeGreaterThan(before);
  });
});

describe("news", () => {
  it("of a camera that goes away are told wherever people are", async () => {
    await open("/storage");
    await visible(page.getByRole("region", { name: "Forecast" }));

    await control("stop");
    await visible(page.getByRole("group", { name: `${CAMERA}: camera lost` }), OUTAGE_TIMEOUT_MS);
    expect(await page.getByRole("log").textContent()).toContain(`${CAMERA}: Camera lost`);
    await visible(button(/^Notices: \d+ new$/));

    await control("start");
    await visible(page.getByRole("group", { name: `${CAMERA}: camera back` }), OUTAGE_TIMEOUT_MS);
  });

  it("are in the panel of the bell, and then seen", async () => {
    await button(/^Notices: \d+ new$/).press("Enter");
    const panel = page.getByRole("dialog", { name: /^Notices/ });
    await visible(panel.getByText(/Camera back/));
    await expectUsable(page);
    await page.keyboard.press("Escape");

    await page.reload();
    await visible(page.getByRole("button", { name: "Notices", exact: true }));
  });

  it("are all on their page, by kind", async () => {
    await open("/notices?kind=camera-lost");
    await visible(page.getByRole("listitem").filter({ hasText: "Camera lost" }));
    expect(await page.getByRole("listitem").filter({ hasText: "Camera back" }).count()).toBe(0);

    await canBeUsed("notices");
  });
});

describe("the browser", () => {
  it("met no uncaught error and nothing that the content security policy forbids", () => {
    expect(errors).toEqual([]);
  });
});
