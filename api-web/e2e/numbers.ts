/**
 * Reads the number that a picture of a numbered demo camera shows: a grid of 8 × 8 black and white
 * cells. The upper four rows are the 32 bits of the number, highest bit first; the lower four rows
 * are the same bits inverted, so that a picture that was damaged is never read as a wrong number.
 */
import type { Page } from "playwright-core";

const CELLS = 8;
const BITS = 32;
/** A cell whose mean brightness lies between is not clear enough to be taken for a bit. */
const DARK_BELOW = 96;
const BRIGHT_FROM = 160;

/** The number of 64 mean brightnesses, row by row; fails where they are no number. */
export function numberOf(cells: readonly number[]): number {
  if (cells.length !== CELLS * CELLS) {
    throw new Error(`${cells.length} cells are no picture`);
  }
  const bits = cells.map((mean, index) => {
    if (mean >= DARK_BELOW && mean < BRIGHT_FROM) {
      throw new Error(`cell ${Math.floor(index / CELLS)},${index % CELLS} is grey (${mean})`);
    }
    return mean >= BRIGHT_FROM;
  });
  const half = (from: number) =>
    bits.slice(from, from + BITS).reduce((value, bit) => value * 2 + (bit ? 1 : 0), 0);
  const [number, inverse] = [half(0), half(BITS)];
  if (number + inverse !== 2 ** BITS - 1) {
    throw new Error(`the halves say ${number} and ${2 ** BITS - 1 - inverse}`);
  }
  return number;
}

/** What the footage player shows at one instant. */
export interface Shown {
  number: number;
  /** Wall-clock time that the app says it is. */
  wallMs: number;
  /** Position in the video in seconds. */
  position: number;
}

/** Stops the footage player and reads its picture. */
export async function stopAndRead(page: Page, camera: string): Promise<Shown> {
  await page.evaluate(
    (id) => document.querySelector<HTMLVideoElement>(`video[data-camera="${id}"]`)?.pause(),
    camera,
  );
  return seekAndRead(page, camera, 0);
}

/** Moves the stopped player by some seconds of video and reads the picture there. */
export async function seekAndRead(page: Page, camera: string, seconds: number): Promise<Shown> {
  const [first] = await sample(page, { selectors: [player(camera)], seconds, live: 0 });
  if (first === undefined) {
    throw new Error("no picture was read");
  }
  const { cells, position } = first;
  const time = page.getByRole("region", { name: "Footage player" }).locator("time");
  const wallMs = Date.parse((await time.getAttribute("datetime")) ?? "");
  return { number: numberOf(cells), wallMs, position };
}

/** A picture at the moment at which it was shown. */
export interface LivePicture {
  number: number;
  atMs: number;
}

/** Reads the next `count` pictures of a video that plays. */
export async function readLive(page: Page, camera: string, count: number): Promise<LivePicture[]> {
  const wanted = { selectors: [player(camera)], seconds: 0, live: count };
  const samples = await sample(page, wanted);
  return samples.map(({ cells, atMs }) => ({ number: numberOf(cells), atMs }));
}

/**
 * Reads what several videos show at the same instant, `count` times: whenever the first one shows
 * another picture, or at once where `count` is 0. The numbers are in the order of the cameras.
 */
export async function readTogether(
  page: Page,
  cameras: readonly string[],
  count: number,
): Promise<number[][]> {
  const wanted = { selectors: cameras.map(player), seconds: undefined, live: count };
  const samples = await sample(page, wanted);
  const numbers = samples.map(({ cells }) => numberOf(cells));
  return Array.from({ length: numbers.length / cameras.length }, (_, index) =>
    numbers.slice(index * cameras.length, (index + 1) * cameras.length),
  );
}

/** Reads a picture that is no video. */
export async function readPicture(page: Page, selector: string): Promise<number> {
  const wanted = { selectors: [selector], seconds: undefined, live: 0 };
  const [first] = await sample(page, wanted);
  return numberOf(first?.cells ?? []);
}

const player = (camera: string) => `video[data-camera="${camera}"]`;

interface Sample {
  cells: number[];
  position: number;
  atMs: number;
}

interface Wanted {
  /** Of videos, or of one picture that is none and is read at once. */
  selectors: string[];
  /** How far a stopped player is moved before its picture is read; undefined: it is left alone. */
  seconds: number | undefined;
  /** How many pictures are read of one that plays; 0: it is stopped. */
  live: number;
}

async function sample(page: Page, wanted: Wanted): Promise<Sample[]> {
  await giveReader(page);
  return page.evaluate(sampleAt, wanted);
}

/** What a number can be read from. */
type Picture = HTMLVideoElement | HTMLImageElement | ImageBitmap;

/** What the page has of `giveReader`, as functions that run there find it. */
export interface Reader {
  /** The mean brightnesses of which `numberOf` makes the number. */
  readCells: (picture: Picture) => number[];
}

/** Lets functions that run in the page read pictures, until it is left. */
export async function giveReader(page: Page): Promise<void> {
  // Playwright calls what is a function.
  await page.evaluate(`void (globalThis.readCells = ${readCells})`);
}

/** Runs in the page. */
function readCells(picture: Picture): number[] {
  const grid = 8;
  const [width, height] =
    picture instanceof HTMLVideoElement
      ? [picture.videoWidth, picture.videoHeight]
      : picture instanceof HTMLImageElement
        ? [picture.naturalWidth, picture.naturalHeight]
        : [picture.width, picture.height];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (context === null) {
    throw new Error("there is no canvas");
  }
  context.drawImage(picture, 0, 0);
  const cells: number[] = [];
  for (let row = 0; row < grid; row += 1) {
    for (let column = 0; column < grid; column += 1) {
      // The middle half of a cell; its rim suffers from compression.
      const left = Math.floor(((column + 0.25) * width) / grid);
      const top = Math.floor(((row + 0.25) * height) / grid);
      const [w, h] = [Math.floor(width / grid / 2), Math.floor(height / grid / 2)];
      const { data } = context.getImageData(left, top, w, h);
      let sum = 0;
      for (let index = 0; index < data.length; index += 4) {
        sum += data[index + 1] ?? 0;
      }
      cells.push(sum / (data.length / 4));
    }
  }
  return cells;
}

/** Runs in the page. */
async function sampleAt({ selectors, seconds, live }: Wanted): Promise<Sample[]> {
  const videos = selectors.map((selector) => {
    const video = document.querySelector<HTMLVideoElement>(selector);
    if (video === null) {
      throw new Error(`there is no ${selector}`);
    }
    return video;
  });
  const [first] = videos;
  if (first === undefined) {
    throw new Error("nothing was named");
  }
  const { readCells: cellsOf } = globalThis as unknown as Reader;
  const read = (video: HTMLVideoElement | HTMLImageElement): Sample => ({
    atMs: Date.now(),
    cells: cellsOf(video),
    position: video instanceof HTMLVideoElement ? video.currentTime : 0,
  });
  const samples: Sample[] = [];
  while (samples.length < live * videos.length) {
    await new Promise<void>((resolve) => first.requestVideoFrameCallback(() => resolve()));
    samples.push(...videos.map(read));
  }
  if (live > 0) {
    return samples;
  }
  if (seconds === undefined) {
    return videos.map(read);
  }
  // A seek to where it is already draws the picture anew, which is what is waited for.
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the seek did not end in 30 s")), 30_000);
    first.addEventListener(
      "seeked",
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
    first.currentTime += seconds;
  });
  // The picture and the time below it are drawn in the next frames.
  for (let frame = 0; frame < 3; frame += 1) {
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
  return [read(first)];
}
