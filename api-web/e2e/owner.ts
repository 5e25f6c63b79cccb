/** The owner whom app.e2e.ts makes, and the camera it adds: the other files go on from there. */
import type { Locator, Page } from "playwright-core";

export const USER = "owner";
export const PASSWORD = "a long enough password";
export const CAMERA = "E2E camera";
export const CAMERA_ID = "e2e-camera";

export const visible = (locator: Locator, timeout = 15_000) =>
  locator.first().waitFor({ state: "visible", timeout });

/** Opens a page as the owner, or as another user with the same password. */
export async function openAsOwner(
  page: Page,
  url: string,
  path: string,
  user = USER,
): Promise<void> {
  await page.goto(`${url}/sign-in?from=${encodeURIComponent(path)}`);
  await page.getByLabel("User name").fill(user);
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((to) => to.pathname === path);
}
