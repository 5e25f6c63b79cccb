/**
 * The whole way of a new owner through the app, against a real server with a demo camera: set-up,
 * first camera, live picture, an outage and the return. The steps build on each other.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectUsable, framesAdvance, inEachLook, launch, openPage } from "./browser";
import { readEnvironment } from "./environment";
import { CAMERA, CAMERA_ID, nameCamera, PASSWORD, USER, visible } from "./owner";

/** A camera has to be missed, or found again, within its connection timeout and one back-off. */
const OUTAGE_TIMEOUT_MS = 60_000;
/** "discard": nothing listens there. */
const CLOSED_PORT = "9";

const environment = readEnvironment();
let browser: Browser;
let page: Page;
let errors: string[];

const button = (name: string | RegExp) => page.getByRole("button", { name });
const tile = () => page.getByRole("region", { name: CAMERA });
const open = (path: string) => page.goto(`${environment.url}${path}`);

async function control(action: "start" | "stop") {
  const response = await fetch(`${environment.control}/${action}`, { method: "POST" });
  expect(response.ok, `control ${action} answered ${response.status}`).toBe(true);
}

async function signIn(password: string) {
  await page.getByLabel("User name").fill(USER);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await button("Sign in").click();
}

beforeAll(async () => {
  browser = await launch();
  ({ page, errors } = await openPage(browser));
});

afterAll(async () => {
  await browser?.close();
});

describe("a new owner", () => {
  it("is led to set-up on the first run", async () => {
    await open("/");
    await page.waitForURL("**/setup");
    await visible(page.getByRole("heading", { name: "Welcome" }));

    await inEachLook(page, "setup", environment.shots, () => expectUsable(page));
  });

  it("is told what is wrong with the password at the form", async () => {
    await open(`/setup?token=${encodeURIComponent(environment.setupToken)}`);
    await page.getByLabel("User name").fill(USER);
    await page.getByLabel("Password", { exact: true }).fill("short");
    await page.getByLabel("Password again").fill("other");
    await button("Create administrator").click();

    await visible(page.getByText("Use at least 8 characters."));
    await visible(page.getByText("The two passwords differ."));
  });

  it("becomes the administrator and is signed in", async () => {
    await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
    await page.getByLabel("Password again").fill(PASSWORD);
    await button("Create administrator").click();

    await page.waitForURL("**/live");
    await visible(page.getByRole("link", { name: "Add your first camera" }));
  });

  it("signs out, is refused with a wrong password, and signs in to where they wanted to go", async () => {
    await button("Account menu").click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.waitForURL("**/sign-in**");
    await open("/cameras");
    await page.waitForURL("**/sign-in?from=**");
    await inEachLook(page, "sign-in", environment.shots, async () => {
      await visible(page.getByRole("heading", { name: "Sign in" }));
      await expectUsable(page);
    });

    await signIn("not the password");
    await visible(page.getByRole("alert").getByText("Signing in did not work"));

    await signIn(PASSWORD);
    await page.waitForURL("**/cameras");
    await visible(page.getByRole("heading", { name: "No cameras yet" }));
  });
});

describe("the first camera", () => {
  it("is refused in words when the port is wrong", async () => {
    await page.getByRole("link", { name: "Add camera" }).click();
    const wrong = new URL(environment.cameraUrl.replace(/^rtsp/, "http"));
    wrong.port = CLOSED_PORT;
    await page.getByLabel("Address", { exact: true }).fill(wrong.href.replace(/^http/, "rtsp"));
    await button("Check the connection").click();

    const alert = page.getByRole("alert");
    await visible(alert, 45_000);
    expect(await alert.textContent()).toMatch(/port/i);
    await visible(alert.getByRole("list", { name: "What to do" }));
  });

  it("shows its picture when the connection is checked", async () => {
    await button("Back").click();
    await page.getByLabel("Port", { exact: true }).fill(new URL(environment.cameraUrl).port);
    await button("Check the connection").click();

    const picture = page.getByRole("img", { name: "Picture of the main stream" });
    await visible(picture, 45_000);
    const width = await picture.evaluate(async (image: HTMLImageElement) => {
      await image.decode();
      return image.naturalWidth;
    });
    expect(width).toBeGreaterThan(0);
    expect(await page.getByRole("alert").count()).toBe(0);
    await inEachLook(page, "add-camera", environment.shots, () => expectUsable(page));
  });

  it("is added and shown live", async () => {
    await nameCamera(page, CAMERA);

    await page.waitForURL(`**/cameras/${CAMERA_ID}`);
    await visible(page.getByRole("heading", { level: 1, name: CAMERA }));
    expect(await framesAdvance(page, CAMERA_ID)).toBeGreaterThan(0);
  });

  it("has a page with its counters and footage", async () => {
    await visible(page.getByRole("heading", { name: "Pipeline" }));
    await visible(page.getByRole("row", { name: /Pictures/ }));
    await visible(page.getByText(/is on disk/));

    await inEachLook(page, "camera", environment.shots, () => expectUsable(page));
  });
});

describe("recorded footage", () => {
  /** Beginning of the oldest finished segment of the page, to the second. */
  const oldestSegment = () =>
    page.getByRole("button", { name: /^Play the segment of/ }).evaluateAll((buttons) => {
      const time =
        buttons
          .at(-1)
          ?.getAttribute("aria-label")
          ?.match(/(\d+):(\d+):(\d+)/) ?? [];
      const [hours = 0, minutes = 0, seconds = 0] = time.slice(1).map(Number);
      return new Date().setHours(hours % 24, minutes, seconds, 0);
    });
  const shown = async () =>
    Date.parse((await player().locator("time").getAttribute("datetime")) ?? "");
  const player = () => page.getByRole("region", { name: "Footage player" });

  it("is played from the moment that the address names", async () => {
    await visible(page.getByRole("button", { name: /^Play the segment of/ }), 60_000);
    const asked = (await oldestSegment()) + 2_000;
    await open(`/cameras/${CAMERA_ID}?at=${new Date(asked).toISOString()}`);

    await visible(player());
    expect(await framesAdvance(page, `footage-${CAMERA_ID}`)).toBeGreaterThan(0);
    // Pictures from the key frame to the moment are decoded unseen: the time says that it plays on.
    await expect
      .poll(async () => (await shown()) - asked, { timeout: 30_000 })
      .toBeGreaterThan(1_000);
    expect((await shown()) - asked).toBeLessThan(8_000);

    await inEachLook(page, "footage", environment.shots, () => expectUsable(page));
  });

  it("is closed, and opened again with the keyboard", async () => {
    await button("Close").click();
    await page.waitForURL(`**/cameras/${CAMERA_ID}`);

    const slider = page.getByRole("slider", { name: "Moment to play" });
    await slider.press("Home");
    await slider.press("Enter");

    await page.waitForURL("**/cameras/*?at=*");
    expect(await framesAdvance(page, `footage-${CAMERA_ID}`)).toBeGreaterThan(0);
  });
});

describe("the live page", () => {
  it("plays the camera in the grid", async () => {
    await page.getByRole("link", { name: "Live", exact: true }).click();
    await page.waitForURL("**/live");

    const first = await framesAdvance(page, CAMERA_ID);
    const second = await framesAdvance(page, CAMERA_ID);
    expect(second).toBeGreaterThan(first);
    await visible(tile().getByText("Live", { exact: true }));
  });

  it("zooms to the camera and back without starting its picture anew", async () => {
    const before = await framesAdvance(page, CAMERA_ID);
    await button(`Zoom to ${CAMERA}`).click();
    await page.waitForURL(`**/live?camera=${CAMERA_ID}`);
    expect(await framesAdvance(page, CAMERA_ID)).toBeGreaterThan(before);

    await page.keyboard.press("Escape");
    await page.waitForURL("**/live");
    await visible(button(`Zoom to ${CAMERA}`));
  });

  it("says why when the camera is lost, and plays on by itself when it is back", async () => {
    await page.evaluate(() => document.body.setAttribute("data-e2e", "not reloaded"));

    await control("stop");
    await visible(tile().getByText("Offline"), OUTAGE_TIMEOUT_MS);
    const reason = tile().getByText(/\S{3,}.*(Next attempt in|Trying again now)/);
    await visible(reason, OUTAGE_TIMEOUT_MS);
    await inEachLook(page, "live-lost", environment.shots, async () => undefined);

    await control("start");
    await visible(tile().getByText("Live", { exact: true }), OUTAGE_TIMEOUT_MS);
    expect(await framesAdvance(page, CAMERA_ID)).toBeGreaterThan(0);
    expect(await page.evaluate(() => document.body.getAttribute("data-e2e"))).toBe("not reloaded");
  });

  it("can be used by everybody", async () => {
    await inEachLook(page, "live", environment.shots, async () => {
      await framesAdvance(page, CAMERA_ID);
      await expectUsable(page);
    });
  });
});

describe("the other pages", () => {
  it.each([
    { name: "cameras", path: "/cameras", sign: "article" as const, label: CAMERA },
    { name: "system", path: "/system", sign: "heading" as const, label: "Storage" },
    { name: "account", path: "/account", sign: "heading" as const, label: "API tokens" },
    {
      name: "edit-camera",
      path: `/cameras/${CAMERA_ID}/edit`,
      sign: "button" as const,
      label: "Save changes",
    },
  ])("$name can be used by everybody", async ({ name, path, sign, label }) => {
    await open(path);
    await inEachLook(page, name, environment.shots, async () => {
      await visible(page.getByRole(sign, { name: label }));
      await expectUsable(page);
    });
  });

  it("have titles", async () => {
    await open("/system");
    await page.waitForFunction(() => document.title === "System · RoninNVR");
  });
});

describe("the browser", () => {
  it("can install the app", async () => {
    const devtools = await page.context().newCDPSession(page);
    const { url, data, errors: problems } = await devtools.send("Page.getAppManifest");
    expect(problems).toEqual([]);
    expect(url).toBe(`${environment.url}/manifest.webmanifest`);
    const icons: { src: string; type: string }[] = JSON.parse(data ?? "{}").icons;
    expect(icons.length).toBeGreaterThan(2);
    for (const { src, type } of icons) {
      const icon = await page.request.get(environment.url + src);
      expect([src, icon.status(), icon.headers()["content-type"]]).toEqual([src, 200, type]);
    }
  });

  it("met no uncaught error and nothing that the content security policy forbids", () => {
    expect(errors).toEqual([]);
  });
});
