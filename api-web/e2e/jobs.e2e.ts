/**
 * Footage of the demo camera is encoded anew as H.265: switched on in its settings, done by the
 * server, followed on the page of jobs, counted, and played. Goes on behind app.e2e.ts, and leaves
 * its camera as it was.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectUsable, framesAdvance, inEachLook, launch, openPage } from "./browser";
import { readEnvironment } from "./environment";
import { CAMERA, CAMERA_ID, openAsOwner, visible } from "./owner";
import { SEGMENT_TIMEOUT_MS } from "./segments";

/** Files of seconds, encoded and compared by a busy processor; and the server looks now and then. */
const JOB_TIMEOUT_MS = 240_000;
/** What the tables of a file begin with is in here. */
const HEAD_BYTES = 32_768;

const environment = readEnvironment();
let browser: Browser;
/** Where the settings are changed. */
let page: Page;
/** Where the jobs are looked at. */
let watching: Page;
let errors: string[][];
/** A file that became H.265: where it is fetched, and when it begins. */
let encodedSegment: { href: string; startMs: number } | undefined;

const settings = () => page.getByRole("region", { name: "H.265", exact: true });
const toggle = () => settings().getByRole("switch", { name: /^Encode older footage as H\.265/ });
/** The jobs of the camera that have made at least one file. */
const encoded = () =>
  watching
    .getByRole("article")
    .filter({ has: watching.getByRole("link", { name: CAMERA, exact: true }) })
    .filter({ hasText: /\d+ files?, \d.* of footage: .* % less/ });

/** Draws the page in every look, and finds it usable. */
const canBeUsed = (of: Page, name: string) =>
  inEachLook(of, name, environment.shots, () => expectUsable(of));

async function openSettings(): Promise<void> {
  await page.goto(`${environment.url}/cameras/${CAMERA_ID}/edit#h265`);
  await visible(settings());
}

async function save(): Promise<void> {
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.waitForURL(`**/cameras/${CAMERA_ID}`);
  await visible(page.getByText(`${CAMERA} is saved.`));
}

/** The kind of video in a file, as its tables name it. */
const codecOf = (path: string) =>
  page.evaluate(
    async ({ path, bytes }) => {
      const answer = await fetch(path, { headers: { Range: `bytes=0-${bytes - 1}` } });
      const head = new TextDecoder("latin1").decode(await answer.arrayBuffer());
      return /hvc1|hev1|avc1|avc3/.exec(head)?.[0] ?? `nothing known, ${answer.status}`;
    },
    { path, bytes: HEAD_BYTES },
  );

/** The newest segment whose pictures are of that kind; undefined: none of those listed first is. */
async function segmentOf(kind: RegExp): Promise<{ href: string; startMs: number } | undefined> {
  await page.goto(`${environment.url}/cameras/${CAMERA_ID}`);
  const links = page.getByRole("link", { name: /^Download the segment of/ });
  await visible(links, SEGMENT_TIMEOUT_MS);
  for (const link of await links.all()) {
    const href = (await link.getAttribute("href")) ?? "";
    if (kind.test(await codecOf(href))) {
      const name = (await link.getAttribute("aria-label")) ?? "";
      const [hours = 0, minutes = 0, seconds = 0] = (name.match(/\d+/g) ?? []).map(Number);
      return { href, startMs: new Date().setHours(hours % 24, minutes, seconds, 0) };
    }
  }
  return undefined;
}

beforeAll(async () => {
  browser = await launch();
  const [first, second] = [await openPage(browser), await openPage(browser)];
  page = first.page;
  watching = second.page;
  errors = [first.errors, second.errors];
  await openAsOwner(page, environment.url, `/cameras/${CAMERA_ID}`);
  await openAsOwner(watching, environment.url, "/jobs");
});

afterAll(async () => {
  await browser?.close();
});

describe("encoding footage anew", () => {
  it("is what the page of jobs says how to switch on", async () => {
    await visible(watching.getByRole("heading", { name: "Jobs", level: 1 }));
    await watching.getByRole("tab", { name: "H.265 savings" }).click();
    await watching.waitForURL("**/jobs?view=h265");
    await visible(watching.getByRole("heading", { name: "No footage is encoded anew yet" }));
    await canBeUsed(watching, "jobs-h265-none");

    await watching.goto(`${environment.url}/jobs?kind=h265`);
    await visible(watching.getByRole("heading", { name: "No job fits" }));
    // A page that is loaded again has this no more.
    await watching.evaluate(() => {
      document.documentElement.dataset.stayed = "yes";
    });
  });

  it("is set in the settings of the camera, where what is wrong is said", async () => {
    expect(await segmentOf(/^avc/)).toBeDefined();

    await openSettings();
    await toggle().setChecked(true, { force: true });
    await settings().getByLabel("From an age of").fill("0");
    await settings().getByText("Small", { exact: true }).click();
    await settings().getByLabel("Only where it saves at least").fill("0");
    await page.getByRole("button", { name: "Save changes" }).click();
    await visible(settings().getByText("Give 1 to 90 %."));
    await visible(settings().getByText("Each file is encoded as soon as it is recorded."));
    await canBeUsed(page, "edit-h265");

    await settings().getByLabel("Only where it saves at least").fill("1");
    await save();
    await visible(page.getByText("As H.265 as soon as it is recorded, quality: small"));
  });

  it(
    "is a job that comes and gets done by itself where somebody looks",
    async () => {
      const done = encoded().filter({ has: watching.getByText("Done", { exact: true }) });
      await visible(done, JOB_TIMEOUT_MS);

      expect(await watching.evaluate(() => document.documentElement.dataset.stayed)).toBe("yes");
      expect(await done.first().textContent()).toMatch(/attempts?, by /);
      await canBeUsed(watching, "jobs");
    },
    JOB_TIMEOUT_MS + 60_000,
  );

  it("saves space, and how much is said of the camera", async () => {
    await watching.getByRole("tab", { name: "H.265 savings" }).click();
    const savings = watching.getByRole("region", { name: "Savings", exact: true });
    await visible(savings.getByText(/^\d.* [kMG]B \(\d.* %\)$/));
    await visible(savings.getByText(/^\d+\.?\d*× real time$/));
    const row = watching
      .getByRole("table", { name: "Savings by camera" })
      .getByRole("row", { name: new RegExp(CAMERA) });
    expect(await row.textContent()).toMatch(/[1-9]\d* files?.*\(\d.* %\).* → .*× real time.*265/);
    await canBeUsed(watching, "jobs-h265");
  });

  it(
    "leaves H.265 in the place of what was recorded",
    async () => {
      await expect
        .poll(
          async () => {
            encodedSegment = await segmentOf(/^h(vc|ev)1$/);
            return encodedSegment;
          },
          { timeout: JOB_TIMEOUT_MS, interval: 2_000 },
        )
        .toBeDefined();
    },
    JOB_TIMEOUT_MS + 10_000,
  );

  it("is switched off again", async () => {
    await openSettings();
    expect(await toggle().isChecked()).toBe(true);
    expect(await settings().getByLabel("From an age of").inputValue()).toBe("0");
    await toggle().setChecked(false, { force: true });
    await save();

    await watching.reload();
    await visible(watching.getByText(/It is switched on for no camera/));
  });

  it("met no uncaught error and nothing that the content security policy forbids", () => {
    expect(errors.flat()).toEqual([]);
  });
});

/** By itself, so that it can be left out where the server does not encode footage for browsers. */
describe("footage that became H.265", () => {
  it("plays in a browser that plays H.264 only", async () => {
    const plays = await page.evaluate(() =>
      MediaSource.isTypeSupported('video/mp4; codecs="hvc1.1.6.L93.B0"'),
    );
    expect(plays, "this browser would play it without the server's help").toBe(false);
    const at = new Date((encodedSegment?.startMs ?? 0) + 1_000).toISOString();
    await page.goto(`${environment.url}/footage?cameras=${CAMERA_ID}&at=${at}`);

    const first = await framesAdvance(page, `footage-${CAMERA_ID}`);
    expect(await framesAdvance(page, `footage-${CAMERA_ID}`)).toBeGreaterThan(first);
    await canBeUsed(page, "footage-h265");
    expect(errors.flat()).toEqual([]);
  });
});
