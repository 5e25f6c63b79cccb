// Draws every page: node scripts/screenshots.mjs SERVER FOLDER. Started by scripts/screenshots.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [server, folder] = process.argv.slice(2);
/** Until there is footage to look at. */
const FOOTAGE_MS = 75_000;
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };
const PLAYS = (count) =>
  [...document.querySelectorAll("video")].filter(
    (video) => video.getVideoPlaybackQuality().totalVideoFrames > 10,
  ).length >= count;

const since = new Date(Date.now() + FOOTAGE_MS - 40_000).toISOString();
const CAMERAS = "front-door,yard,gate,car-park";
/** Address of each page, that of an event is found out, and how many videos must play on it. */
const PAGES = {
  live: ["/live", 4],
  events: ["/events", 0],
  event: [undefined, 1],
  detection: ["/cameras/yard/detection", 1],
  footage: [`/footage?cameras=${CAMERAS}&at=${since}`, 4],
  cameras: ["/cameras", 0],
  camera: [`/cameras/yard?at=${since}`, 1],
  pipeline: ["/cameras/yard/pipeline", 0],
  "add-camera": ["/add-camera", 0],
  coverage: ["/coverage", 0],
  storage: ["/storage", 0],
  notices: ["/notices", 0],
  system: ["/system", 0],
  account: ["/account", 0],
};

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--autoplay-policy=no-user-gesture-required"],
});
const context = await browser.newContext({ viewport: SIZES.desktop });
const page = await context.newPage();
await page.goto(`${server}/sign-in`);
await page.getByLabel("User name").fill(process.env.RONIN_USER ?? "");
await page.getByLabel("Password", { exact: true }).fill(process.env.RONIN_PASSWORD ?? "");
await page.getByRole("button", { name: "Sign in" }).click();
await page.waitForURL("**/live");
await page.waitForTimeout(FOOTAGE_MS);
// The newest that is over: its footage is there.
await page.goto(`${server}/events`);
const over = page.locator("[role=listitem], li").filter({ hasNotText: "Going on" });
const link = over.locator("a[data-event]").first();
const event = `/${await link.getAttribute("data-event")}`;

for (const [name, [path, videos]] of Object.entries(PAGES)) {
  for (const colorScheme of ["dark", "light"]) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize(viewport);
      await page.goto(server + (path ?? event));
      await page.waitForLoadState("load");
      await page.waitForFunction(PLAYS, videos, { timeout: 60_000 });
      // What is asked for after the page is there.
      await page.waitForTimeout(1_500);
      const file = join(folder, `${name}-${colorScheme}-${size}.jpg`);
      await page.screenshot({ path: file, type: "jpeg", quality: 80 });
    }
  }
}
await browser.close();
