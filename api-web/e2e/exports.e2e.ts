/**
 * A span of footage becomes a file to keep: chosen on the page of footage, made by the server,
 * downloaded, deleted. A second browser shows the exports meanwhile. Goes on behind app.e2e.ts.
 */
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectUsable, framesAdvance, inEachLook, launch, openPage } from "./browser";
import { readEnvironment } from "./environment";
import { CAMERA, CAMERA_ID, openAsOwner, visible } from "./owner";
import { SEGMENT_TIMEOUT_MS, segmentAfter } from "./segments";
import { fieldTime, secondsOf } from "./spans";

const TITLE = "Somebody in the street";
const SPAN_MS = 10_000;
/** Ten seconds are copied at once; the machine may be busy. */
const EXPORT_TIMEOUT_MS = 60_000;
/** From the key frame before the span to the one behind it. */
const SLACK_S = 8;
/** Less is no picture. */
const LEAST_BYTES = 10_000;

const environment = readEnvironment();
let browser: Browser;
/** Where the span is chosen. */
let page: Page;
/** Where the exports are looked at. */
let watching: Page;
let errors: string[][];
let startMs: number;
/** Where the file is fetched. */
let href: string;

const download = () => page.getByRole("region", { name: "Download the span" });
const dialog = () => page.getByRole("dialog", { name: "Export footage" });
const exported = () => watching.getByRole("article", { name: TITLE });

/** What the server answers to the first bytes of the file. */
const firstBytes = () =>
  watching.evaluate(async (path) => {
    const answer = await fetch(path, { headers: { Range: "bytes=0-11" } });
    return { status: answer.status, bytes: [...new Uint8Array(await answer.arrayBuffer())] };
  }, href);

beforeAll(async () => {
  browser = await launch();
  const [first, second] = [await openPage(browser), await openPage(browser)];
  page = first.page;
  watching = second.page;
  errors = [first.errors, second.errors];
  await openAsOwner(page, environment.url, "/footage");
  await openAsOwner(watching, environment.url, "/exports");
});

afterAll(async () => {
  await browser?.close();
});

describe("an export", () => {
  it("is what the page of exports says how to make", async () => {
    await visible(watching.getByRole("heading", { name: "Exports", level: 1 }));
    await visible(watching.getByRole("heading", { name: "No exports yet" }));
    await inEachLook(watching, "exports-none", environment.shots, () => expectUsable(watching));
    // A page that is loaded again has this no more.
    await watching.evaluate(() => {
      document.documentElement.dataset.stayed = "yes";
    });
  });

  it(
    "is chosen on the page of footage, with a title",
    async () => {
      // Footage of all of it is on disk once a segment behind it is.
      startMs = Math.ceil(Date.now() / 1_000) * 1_000;
      await segmentAfter(page, environment.url, CAMERA_ID, startMs + SPAN_MS);
      await page.goto(`${environment.url}/footage?cameras=${CAMERA_ID}`);
      await page.getByRole("button", { name: "Download a span" }).click();
      await download().getByLabel("From").fill(fieldTime(startMs));
      await download()
        .getByLabel("To")
        .fill(fieldTime(startMs + SPAN_MS));
      await download().getByRole("button", { name: "Export…" }).click();

      await visible(dialog());
      const from = await dialog().getByLabel("From").inputValue();
      expect(fieldTime(startMs)).toContain(from);
      expect(await dialog().getByRole("checkbox", { name: CAMERA }).isChecked()).toBe(true);
      await dialog().getByLabel("Title").fill(TITLE);
      await inEachLook(page, "export-dialog", environment.shots, () => expectUsable(page));
      await dialog().getByRole("button", { name: "Export", exact: true }).click();

      await visible(page.getByText("Export queued."));
      await dialog().waitFor({ state: "hidden" });
      await page.getByRole("link", { name: "Show the exports" }).click();
      await page.waitForURL("**/exports");
      await visible(page.getByRole("article", { name: TITLE }));
    },
    SEGMENT_TIMEOUT_MS + 120_000,
  );

  it("comes and gets ready by itself where somebody looks", async () => {
    await visible(exported(), EXPORT_TIMEOUT_MS);
    await visible(exported().getByText("Ready", { exact: true }), EXPORT_TIMEOUT_MS);
    expect(await watching.evaluate(() => document.documentElement.dataset.stayed)).toBe("yes");
    await visible(exported().getByText(/^\d.* [kM]B in 1 file\./));
    await inEachLook(watching, "exports", environment.shots, () => expectUsable(watching));
  });

  it("is an MP4 file of the span, which can be fetched in parts", async () => {
    const link = exported().getByRole("link", { name: /^Download / });
    href = (await link.getAttribute("href")) ?? "";
    const coming = watching.waitForEvent("download");
    await link.click();
    const file = await coming;

    expect(file.suggestedFilename()).toMatch(new RegExp(`^${CAMERA_ID}_.*\\.mp4$`));
    const content = readFileSync(await file.path());
    expect(content.toString("latin1", 4, 8)).toBe("ftyp");
    expect(content.length).toBeGreaterThan(LEAST_BYTES);
    const seconds = await secondsOf(watching, content);
    expect(seconds).toBeGreaterThanOrEqual(SPAN_MS / 1_000 - 0.1);
    expect(seconds).toBeLessThanOrEqual(SPAN_MS / 1_000 + SLACK_S);

    const { status, bytes } = await firstBytes();
    expect(status).toBe(206);
    expect(bytes).toEqual([...content.subarray(0, 12)]);
  });

  it("leads to its footage", async () => {
    await exported()
      .getByRole("link", { name: /^Play in Footage/ })
      .click();
    await watching.waitForURL(`**/footage?cameras=${CAMERA_ID}&at=*`);
    await framesAdvance(watching, `footage-${CAMERA_ID}`);
    await watching.goto(`${environment.url}/exports`);
    await visible(exported());
  });

  it("is deleted with its file, once that is confirmed", async () => {
    await exported()
      .getByRole("button", { name: /^Delete…/ })
      .click();
    const question = watching.getByRole("dialog", { name: /^Delete / });
    await visible(question.getByText(/^1 file of \d.* is deleted/));
    await inEachLook(watching, "export-delete", environment.shots, () => expectUsable(watching));
    await question.getByRole("button", { name: "Delete export" }).click();

    await exported().waitFor({ state: "hidden" });
    await visible(watching.getByRole("heading", { name: "No exports yet" }));
    expect((await firstBytes()).status).toBe(404);
  });

  it("met no uncaught error and nothing that the content security policy forbids", () => {
    expect(errors.flat()).toEqual([]);
  });
});
