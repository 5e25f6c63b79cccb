/** A Chromium for the end-to-end run, and what it is asked about a page. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

const CHROMIUM = "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];
/** The first picture after a camera connects: a key frame and two segments on a busy machine. */
const PICTURE_TIMEOUT_MS = 60_000;

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** A page in the dark theme, and the list its errors are written to. */
export async function openPage(browser: Browser): Promise<{ page: Page; errors: string[] }> {
  const context = await browser.newContext({
    viewport: DESKTOP,
    colorScheme: "dark",
    ignoreHTTPSErrors: true,
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) {
      errors.push(message.text());
    }
  });
  return { page, errors };
}

/** Waits until the picture of a camera has moved on by some frames from where it is now. */
export async function framesAdvance(page: Page, camera: string): Promise<number> {
  const before = await decodedFrames(page, camera);
  const handle = await page.waitForFunction(
    ({ camera, before }) => {
      const video = document.querySelector<HTMLVideoElement>(`video[data-camera="${camera}"]`);
      const frames = video?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
      // A new player counts from zero.
      return frames >= before + 10 || (frames < before && frames >= 10) ? frames : false;
    },
    { camera, before },
    { timeout: PICTURE_TIMEOUT_MS },
  );
  return Number(await handle.jsonValue());
}

export function decodedFrames(page: Page, camera: string): Promise<number> {
  return page.evaluate(
    (id) =>
      document
        .querySelector<HTMLVideoElement>(`video[data-camera="${id}"]`)
        ?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
    camera,
  );
}

/** Everybody can use the page: nothing that axe takes for serious, nothing wider than the window. */
export async function expectUsable(page: Page): Promise<void> {
  expect(await seriousViolations(page)).toEqual([]);
  const { scroll, width } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth,
    width: window.innerWidth,
  }));
  expect(scroll, "nothing is wider than the window").toBeLessThanOrEqual(width);
}

/** The serious and critical accessibility violations of the page, in words. */
async function seriousViolations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, help, nodes }) =>
      nodes.map((node) => `${id}: ${help}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`),
    );
}

const DESKTOP = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

const LOOKS = [
  { name: "dark", colorScheme: "dark", viewport: DESKTOP },
  { name: "light", colorScheme: "light", viewport: DESKTOP },
  { name: "phone", colorScheme: "dark", viewport: PHONE },
] as const;

/** How often is looked whether the page has the theme. */
const THEME_POLL_MS = 50;

/** Waits until the page has the theme, and brings its colours to where they go. */
async function themeApplied(page: Page, scheme: string): Promise<void> {
  await page.waitForFunction(
    (wanted) => document.documentElement.getAttribute("data-mantine-color-scheme") === wanted,
    scheme,
    // Not with each picture that is drawn: where videos play on a busy machine these are few.
    { polling: THEME_POLL_MS },
  );
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      if (animation instanceof CSSTransition) {
        animation.finish();
      }
    }
  });
}

/** What changes by and by, although less motion is asked for: "left of li.box". */
export function movedParts(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    document.getAnimations().flatMap((animation) => {
      if (!(animation instanceof CSSTransition)) {
        return [];
      }
      const target = animation.effect instanceof KeyframeEffect ? animation.effect.target : null;
      return [`${animation.transitionProperty} of ${target?.tagName} ${target?.className}`];
    }),
  );
}

/** Draws the page dark, light and on a phone; `visit` sees each, and a picture of each is kept. */
export async function inEachLook(
  page: Page,
  name: string,
  shots: string | undefined,
  visit: (look: string) => Promise<void>,
): Promise<void> {
  for (const look of LOOKS) {
    await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize(look.viewport);
    await themeApplied(page, look.colorScheme);
    await visit(look.name);
    if (shots !== undefined) {
      mkdirSync(shots, { recursive: true });
      await page.screenshot({ path: join(shots, `${name}-${look.name}.png`), fullPage: true });
    }
  }
  await page.emulateMedia({ colorScheme: "dark" });
  await page.setViewportSize(DESKTOP);
}
