/**
 * Adding a camera by the keyboard alone, with a wrong password first, and removing it again, against
 * a real server. Goes on behind app.e2e.ts.
 */
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectUsable, framesAdvance, inEachLook, launch, openPage } from "./browser";
import { readEnvironment } from "./environment";
import { openAsOwner, visible } from "./owner";

const NAME = "Guarded gate";
const ID = "guarded-gate";
/** A check connects, waits for a key frame and decodes it, on a busy machine. */
const CHECK_TIMEOUT_MS = 45_000;
/** More than a page has places for the focus. */
const MAX_TABS = 80;

const environment = readEnvironment();
const guarded = new URL(environment.guardedUrl.replace(/^rtsp/, "http"));
let browser: Browser;
let page: Page;
let errors: string[];

const button = (name: string) => page.getByRole("button", { name, exact: true });
const press = (key: string) => page.keyboard.press(key);
const type = (text: string) => page.keyboard.type(text);
const hasFocus = (locator: Locator) =>
  locator.evaluate((element) => element === document.activeElement);
const focusComesTo = (locator: Locator) =>
  expect.poll(() => hasFocus(locator), { timeout: CHECK_TIMEOUT_MS }).toBe(true);

/** Goes on by the Tab key to `locator`. */
async function tabTo(locator: Locator): Promise<void> {
  await visible(locator);
  for (let tabs = 0; tabs < MAX_TABS; tabs += 1) {
    if (await hasFocus(locator)) {
      return;
    }
    await press("Tab");
  }
  throw new Error(`the Tab key does not lead to ${locator}`);
}

/** Draws the page in every look, and finds it usable. */
const canBeUsed = (name: string) =>
  inEachLook(page, name, environment.shots, () => expectUsable(page));

beforeAll(async () => {
  browser = await launch();
  ({ page, errors } = await openPage(browser));
  await openAsOwner(page, environment.url, "/add-camera");
});

afterAll(async () => {
  await browser?.close();
});

describe("adding a camera with the keyboard", () => {
  it("takes a whole address apart", async () => {
    const address = page.getByLabel("Address", { exact: true });
    await tabTo(address);
    await type(`rtsp://${guarded.username}:wrong@${guarded.host}${guarded.pathname}`);
    await press("Tab");

    expect(await address.inputValue()).toBe(guarded.hostname);
    expect(await page.getByLabel("User name", { exact: true }).inputValue()).toBe(guarded.username);
    await tabTo(page.getByLabel("Path of the sub stream"));
    await type("/sub");
    await canBeUsed("wizard-connection");
  });

  it("comes back to the password when it is wrong, with everything kept", async () => {
    await press("Enter");

    const main = page.getByRole("region", { name: "Main stream" });
    await visible(main.getByRole("alert"), CHECK_TIMEOUT_MS);
    await visible(main.getByRole("list", { name: "What to do" }));
    const password = page.getByLabel("Password", { exact: true });
    await focusComesTo(password);
    expect(await password.inputValue()).toBe("wrong");
    expect(await page.getByLabel("User name", { exact: true }).inputValue()).toBe(guarded.username);
    await visible(
      page.getByRole("region", { name: "Sub stream" }).getByRole("alert"),
      CHECK_TIMEOUT_MS,
    );
    await canBeUsed("wizard-refused");
  });

  it("shows both streams when it is right", async () => {
    // The password that was refused is selected: typing replaces it.
    await type(guarded.password);
    await press("Enter");

    for (const stream of ["main", "sub"]) {
      const picture = page.getByRole("img", { name: `Picture of the ${stream} stream` });
      await visible(picture, CHECK_TIMEOUT_MS);
      const width = await picture.evaluate(async (image: HTMLImageElement) => {
        await image.decode();
        return image.naturalWidth;
      });
      expect(width).toBe(640);
    }
    await focusComesTo(button("Next"));
    await canBeUsed("wizard-check");
  });

  it("says what the streams are good for, and what recording takes", async () => {
    await press("Enter");

    await focusComesTo(page.getByRole("heading", { name: "Streams" }));
    await visible(page.getByText("Main and sub stream have the same size"));
    await visible(page.getByText(/a day takes .* and 30 days need .* are free for footage on/));
    await canBeUsed("wizard-streams");
  });

  it("adds the camera under a name, and shows it live", async () => {
    await tabTo(button("Next"));
    await press("Enter");
    await tabTo(page.getByLabel("Name", { exact: true }));
    await type(NAME);
    expect(await page.getByLabel("Id", { exact: true }).inputValue()).toBe(ID);
    await canBeUsed("wizard-recording");
    await press("Enter");

    await page.waitForURL(`**/cameras/${ID}`);
    expect(await framesAdvance(page, ID)).toBeGreaterThan(0);
  });
});

describe("a changed connection", () => {
  it("offers a check that uses the stored password", async () => {
    await page.goto(`${environment.url}/cameras/${ID}/edit`);
    const path = page.getByLabel("Path of the main stream");
    await tabTo(path);
    await press("End");
    await type("-not-there");
    await tabTo(button("Check it now"));
    await press("Enter");

    const main = page.getByRole("region", { name: "Main stream" }).first();
    await visible(main.getByText(/no stream at \/main-not-there/), CHECK_TIMEOUT_MS);
    await canBeUsed("edit-camera-checked");
  });
});

describe("removing a camera", () => {
  it("says in numbers what goes and what stays", async () => {
    await page.goto(`${environment.url}/cameras/${ID}`);
    const footage = page.getByRole("region", { name: "Storage" }).getByText("Held");
    await visible(footage, 60_000);
    await tabTo(button("Remove…"));
    await press("Enter");

    const dialog = page.getByRole("dialog", { name: `Remove ${NAME}?` });
    const stays = dialog.getByRole("list", { name: "What stays" });
    await visible(stays);
    expect(await stays.textContent()).toMatch(/\d [kMG]?B of \d+ days?, in \d+ segments?/);
    await canBeUsed("remove-camera");
    await tabTo(dialog.getByRole("button", { name: "Remove camera" }));
    await press("Enter");

    await page.waitForURL("**/cameras");
    await visible(page.getByText(/segments? \(.*\) of its footage stay/));
    expect(await page.getByRole("article", { name: NAME }).count()).toBe(0);
  });

  it("leaves its footage on the storage page", async () => {
    await page.goto(`${environment.url}/storage`);
    await visible(page.getByRole("row", { name: new RegExp(`${ID}.*removed`) }));
  });

  it("met no uncaught error and nothing that the content security policy forbids", () => {
    expect(errors).toEqual([]);
  });
});
