/** Spans of footage: typed into a form, and as files that came of them. */
import type { Page } from "playwright-core";

/** As a field for date and time takes it, in the zone that the browser has, too. */
export function fieldTime(ms: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  const date = new Date(ms);
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${day}T${time}`;
}

/** How many seconds a file plays in the browser of the page. */
export function secondsOf(page: Page, file: Buffer): Promise<number> {
  return page.evaluate(durationOf, file.toString("base64"));
}

/** Runs in the page: how many seconds a file plays there. */
async function durationOf(base64: string): Promise<number> {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const video = document.createElement("video");
  await new Promise<void>((resolve, reject) => {
    video.onloadedmetadata = () => resolve();
    video.onerror = () => reject(new Error(video.error?.message ?? "it does not play"));
    video.src = URL.createObjectURL(new Blob([bytes], { type: "video/mp4" }));
  });
  return video.duration;
}
