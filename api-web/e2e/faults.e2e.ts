/**
 * What goes wrong between a browser, a server and a camera: the page says it while it lasts, and
 * every tile plays on by itself, without a reload. Has a server, cameras and lines of its own.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { framesAdvance, launch, openPage } from "./browser";
import { type Relay, type Running, relayTo, run, start } from "./machinery";
import { openAsOwner, PASSWORD, visible } from "./owner";

const bin = process.env.RONIN_E2E_BIN ?? "";
if (bin === "") {
  console.warn("\n!!! RONIN_E2E_BIN is not set: faults are NOT checked.\n");
}

const [NEAR, FAR] = ["Near camera", "Far camera"] as const;
const [NEAR_ID, FAR_ID] = ["near-camera", "far-camera"] as const;

it.runIf(process.env.CI === "true")("has programs to break where everything is checked", () => {
  expect(bin, "RONIN_E2E_BIN").not.toBe("");
});

describe.skipIf(bin === "")("a page of live cameras", () => {
  let folder: string;
  let camera: Running;
  let server: Running;
  /** From the server to the far camera, and from the browser to the server. */
  let toCamera: Relay;
  let toServer: Relay;
  let browser: Browser;
  let page: Page;
  let errors: string[];

  const serve = (port: number) =>
    start(join(bin, "ronin"), ["serve"], /is ready: (\S+)/, {
      HOST: "127.0.0.1",
      PORT: String(port),
      STORAGE_ROOT: join(folder, "storage"),
      RONIN_DATA_DIR: join(folder, "data"),
      RONIN_WEB_ROOT: resolve("dist"),
      RONIN_ADMIN_PASSWORD: PASSWORD,
    });
  const portOf = (url: string) => Number(new URL(url).port);
  const tile = (name: string) => page.getByRole("region", { name, exact: true });
  /** Both play, and the page is the one that was opened at first. */
  const bothPlay = async () => {
    await framesAdvance(page, NEAR_ID);
    await framesAdvance(page, FAR_ID);
    expect(await page.evaluate(() => document.body.dataset.e2e)).toBe("not reloaded");
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ronin-faults-"));
    const demo = ["--numbered", "160x120@25", "--cameras", "2", "--port", "0"];
    camera = await start(join(bin, "ronin-demo-camera"), demo, /rtsp:\/\/\S+/);
    server = await serve(0);
    const near = new URL(camera.told.replace("rtsp:", "http:"));
    toCamera = await relayTo(Number(near.port));
    toServer = await relayTo(portOf(server.told));
    const env = { RONIN_SERVER: server.told, RONIN_USER: "admin", RONIN_PASSWORD: PASSWORD };
    const add = (name: string, url: string) =>
      run(join(bin, "ronin"), ["camera", "add", name, url], env);
    await add(NEAR, camera.told);
    await add(FAR, `rtsp://127.0.0.1:${toCamera.port}/cam1`);

    browser = await launch();
    ({ page, errors } = await openPage(browser));
    await openAsOwner(page, `http://127.0.0.1:${toServer.port}`, "/live", "admin");
    await page.evaluate(() => {
      document.body.dataset.e2e = "not reloaded";
    });
    await bothPlay();
  });

  afterAll(async () => {
    await browser?.close();
    await Promise.all([toCamera?.close(), toServer?.close()]);
    await server?.stop();
    await camera?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("says why a camera is lost whose line is dead, and the other plays on", async () => {
    toCamera.freeze();
    await visible(tile(FAR).getByText("Pictures stopped coming"), 30_000);
    await framesAdvance(page, NEAR_ID);

    toCamera.thaw();
    await bothPlay();
  });

  it("says that the server is lost whose line is dead, and goes on when it is not", async () => {
    toServer.freeze();
    await visible(page.getByText("The connection to the server is lost", { exact: false }), 60_000);

    toServer.thaw();
    await page
      .getByText("The connection to the server is lost", { exact: false })
      .waitFor({ state: "hidden", timeout: 60_000 });
    await bothPlay();
  });

  it("goes on when the server was killed and is started again", async () => {
    const port = portOf(server.told);
    await server.stop("SIGKILL");
    await visible(page.getByText("The connection to the server is lost", { exact: false }), 60_000);

    server = await serve(port);
    await bothPlay();
    await page
      .getByText("The connection to the server is lost", { exact: false })
      .waitFor({ state: "hidden", timeout: 60_000 });
  });

  it("met no uncaught error", () => {
    expect(errors).toEqual([]);
  });
});
