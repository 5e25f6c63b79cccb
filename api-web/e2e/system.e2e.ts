/**
 * The server and a camera's pipeline against a real server: numbers that grow, the graph drawn by
 * Graphviz under the server's content security policy. Goes on behind app.e2e.ts.
 */
import { readFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectUsable, framesAdvance, inEachLook, launch, openPage } from "./browser";
import { readEnvironment } from "./environment";
import { CAMERA, CAMERA_ID, openAsOwner, visible } from "./owner";

const PIPELINE = `/cameras/${CAMERA_ID}/pipeline`;
/** Numbers are asked for every 2 s, and rates are measured over 4. */
const NUMBERS_TIMEOUT_MS = 30_000;

const environment = readEnvironment();
let browser: Browser;
let page: Page;
let errors: string[];
/** What the page called of the service, and when. */
const calls: { method: string; at: number }[] = [];

const button = (name: string) => page.getByRole("button", { name, exact: true });
const drawing = () => page.getByRole("img", { name: `Graph of ${CAMERA}` });

/** Draws the page in every look, and finds it usable. */
const canBeUsed = (name: string) =>
  inEachLook(page, name, environment.shots, () => expectUsable(page));

/** The first number in the first cell of a row. */
async function numberIn(table: string, row: RegExp): Promise<number> {
  const cell = page
    .getByRole("table", { name: table })
    .getByRole("row", { name: row })
    .getByRole("cell");
  return Number((await cell.first().textContent())?.replace(/[^\d.]/g, "") || Number.NaN);
}

async function saved(name: string): Promise<{ fileName: string; text: string }> {
  const [download] = await Promise.all([page.waitForEvent("download"), button(name).click()]);
  return {
    fileName: download.suggestedFilename(),
    text: await readFile(await download.path(), "utf8"),
  };
}

beforeAll(async () => {
  browser = await launch();
  ({ page, errors } = await openPage(browser));
  page.on("request", (request) => {
    const method = new URL(request.url()).pathname.match(
      /^\/ronin\.v1\.SystemService\/(\w+)$/,
    )?.[1];
    if (method !== undefined) {
      calls.push({ method, at: Date.now() });
    }
  });
  await openAsOwner(page, environment.url, "/system");
});

afterAll(async () => {
  await browser?.close();
});

describe("the system page", () => {
  it("says what the server is, what it takes, and what decodes", async () => {
    const region = (name: string) => page.getByRole("region", { name, exact: true });
    await visible(region("Server").getByText("Memory that RoninNVR holds"));
    expect(await region("Database").textContent()).toMatch(/SQLite 3\.\d+.*Size\d.*[kM]B/);
    const row = page.getByRole("row", { name: /avdec_h264/ });
    expect(await row.textContent()).toMatch(/H\.264Processor.*In use/);
    expect(await region("Decoders").textContent()).toContain("encoded for browsers are decoded by");
    expect(await region("Object detector").textContent()).toMatch(/person-416.*Runs on/);
  });

  it("shows the numbers of every camera, and leads to its pipeline", async () => {
    const row = page
      .getByRole("table", { name: "Pipelines" })
      .getByRole("row", { name: new RegExp(CAMERA) });
    await expect
      .poll(() => row.textContent(), { timeout: NUMBERS_TIMEOUT_MS })
      .toMatch(/Live\d+\.\d fps[\d.]+ [kM]?b\/s\d+\d+ of at most \d+ ms/);

    await canBeUsed("system-all");
    await row.getByRole("link", { name: CAMERA }).click();
    await page.waitForURL(`**${PIPELINE}`);
  });
});

describe("the page of a pipeline", () => {
  it("counts, and measures rates", async () => {
    const first = await numberIn("Branches", /^Pictures/).catch(() => 0);
    await visible(page.getByRole("table", { name: "Packets" }), NUMBERS_TIMEOUT_MS);
    const packets = await numberIn("Packets", /^Packets/);
    await expect
      .poll(() => numberIn("Branches", /^Pictures/), { timeout: NUMBERS_TIMEOUT_MS })
      .toBeGreaterThan(first);
    await expect
      .poll(() => numberIn("Packets", /^Packets/), { timeout: NUMBERS_TIMEOUT_MS })
      .toBeGreaterThan(packets);
    await expect
      .poll(() => numberIn("Branches", /^Frame rate/), { timeout: NUMBERS_TIMEOUT_MS })
      .toBeGreaterThan(1);
    // app.e2e.ts took the camera away and brought it back.
    expect(await numberIn("Connection", /^Connected again/)).toBeGreaterThan(0);
  });

  it("draws the graph, and lists its elements", async () => {
    const svg = drawing().locator("svg");
    await visible(svg, NUMBERS_TIMEOUT_MS);
    const text = await svg.textContent();
    for (const element of ["rtspsrc", "rtpjitterbuffer", "mp4mux", "hlssink2"]) {
      expect(text).toContain(element);
    }
    expect(text).not.toContain("rtsp://");
    const { width, height } = (await svg.boundingBox()) ?? { width: 0, height: 0 };
    expect(Math.min(width, height)).toBeGreaterThan(200);
    const disk = page.getByRole("list", { name: "Elements: Disk" });
    expect(await disk.textContent()).toContain("mp4mux");

    await canBeUsed("pipeline");
  });

  it("zooms by buttons, wheel and keys, and shows all again", async () => {
    const scale = async () =>
      Number.parseFloat(
        (await page.getByRole("status", { name: "Magnification" }).textContent()) ?? "",
      );
    const left = async () => (await drawing().locator("svg").boundingBox())?.x ?? 0;

    const first = await scale();
    expect(first, "what can be read is shown first").toBeGreaterThan(1);
    await button("Zoom in").click();
    const second = await scale();
    expect(second).toBeGreaterThan(first);
    await drawing().hover();
    await page.mouse.wheel(0, -100);
    await expect.poll(scale).toBeGreaterThan(second);
    const before = await left();
    await page.keyboard.press("Shift+ArrowRight");
    await expect.poll(left).toBeLessThan(before);
    await inEachLook(page, "pipeline-zoomed", environment.shots, async () => undefined);
    await page.keyboard.press("0");
    await expect.poll(scale).toBe(1);
    await inEachLook(page, "pipeline-whole", environment.shots, async () => undefined);
    await button("Readable size").click();
    await expect.poll(scale).toBe(first);
  });

  it("saves the drawing", async () => {
    const svg = await saved("Save as SVG");
    expect(svg.fileName).toBe(`${CAMERA_ID}-pipeline.svg`);
    expect(svg.text).toMatch(/<svg [\s\S]*mp4mux[\s\S]*<\/svg>/);
    const dot = await saved("Save as DOT");
    expect(dot.fileName).toBe(`${CAMERA_ID}-pipeline.dot`);
    expect(dot.text).toMatch(/^digraph pipeline \{/);
  });

  it("asks once in 2 s, and no page asks but those that show it", async () => {
    const asked = () => calls.filter(({ method }) => method === "GetPipelineStats");
    calls.length = 0;
    await expect.poll(() => asked().length, { timeout: NUMBERS_TIMEOUT_MS }).toBeGreaterThan(3);
    const times = asked().map(({ at }) => at);
    const steps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.min(...steps)).toBeGreaterThan(1_800);

    await page.goto(`${environment.url}/live`);
    calls.length = 0;
    await framesAdvance(page, CAMERA_ID);
    await framesAdvance(page, CAMERA_ID);
    await framesAdvance(page, CAMERA_ID);
    expect(calls.filter(({ method }) => method.startsWith("GetPipeline"))).toEqual([]);
  });

  it("met no uncaught error and nothing that the content security policy forbids", () => {
    expect(errors).toEqual([]);
  });
});
