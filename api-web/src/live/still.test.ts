/** When a still is asked for, shown and taken away. */
import { beforeEach, expect, it } from "vitest";
import type { PreviewAnswer } from "../api/media";
import { SAME_WITHIN_MS, Still } from "./still";

const HOUR = 3_600_000;

/** Requests that were made, to be answered by the test. */
let requests: { ms: number; signal: AbortSignal; answer: (answer: PreviewAnswer) => void }[];
let made: number;
let revoked: string[];
let still: Still;
/** What was shown, one after the other. */
let shown: (string | undefined)[];

const asked = () => requests.map(({ ms }) => ms);
const picture: PreviewAnswer = { kind: "picture", jpeg: new Blob(["jpeg"]) };
const none: PreviewAnswer = { kind: "none", words: "There is no footage at this moment." };
async function answer(index: number, what = picture) {
  requests[index]?.answer(what);
  // The answer, and what is done with it.
  await Promise.resolve();
  await Promise.resolve();
}

beforeEach(() => {
  requests = [];
  made = 0;
  revoked = [];
  shown = [];
  URL.createObjectURL = () => {
    made += 1;
    return `blob:${made}`;
  };
  URL.revokeObjectURL = (url) => void revoked.push(url);
  still = new Still(
    (ms, signal) =>
      new Promise((resolve) => {
        requests.push({ ms, signal, answer: resolve });
      }),
  );
  still.subscribe(() => shown.push(still.url()));
});

it("is asked for at once, and shown from when it is there until the video draws the moment", async () => {
  still.ask(HOUR);
  expect(asked()).toEqual([HOUR]);
  expect(still.url()).toBeUndefined();

  await answer(0);
  expect(still.url()).toBe("blob:1");
  still.drawn(HOUR);
  expect(shown).toEqual(["blob:1", undefined]);
});

it("is not shown where the video was sooner", async () => {
  still.ask(HOUR);
  still.drawn(HOUR);
  await answer(0);
  expect(shown).toEqual([]);
});

it("stays while the video draws a moment that it was sent to before", async () => {
  still.ask(HOUR);
  await answer(0);
  still.drawn(HOUR - SAME_WITHIN_MS - 1);
  expect(still.url()).toBe("blob:1");
  still.drawn(HOUR + SAME_WITHIN_MS);
  expect(still.url()).toBeUndefined();
});

it("is never that of an earlier moment, and one request is on its way at most", async () => {
  still.ask(HOUR);
  await answer(0);
  for (const hours of [2, 3, 4]) {
    still.ask(hours * HOUR);
    expect(still.url(), `${hours} h`).toBeUndefined();
  }
  expect(asked()).toEqual([HOUR, 2 * HOUR]);

  await answer(1);
  expect(still.url()).toBeUndefined();
  expect(asked()).toEqual([HOUR, 2 * HOUR, 4 * HOUR]);
  await answer(2);
  expect(still.url()).toBe("blob:3");
  expect(revoked).toEqual(["blob:1", "blob:2"]);
});

it("is none where the server has none, and the next one is asked for all the same", async () => {
  still.ask(HOUR);
  await answer(0, none);
  expect(still.url()).toBeUndefined();

  still.ask(2 * HOUR);
  await answer(1);
  expect(shown).toEqual(["blob:1"]);
});

it("goes when it is dropped, and when something else is to be shown", async () => {
  still.ask(HOUR);
  await answer(0);
  still.goOn(HOUR + SAME_WITHIN_MS);
  expect(still.url()).toBe("blob:1");
  still.goOn(HOUR + SAME_WITHIN_MS + 1);
  expect(still.url()).toBeUndefined();

  still.ask(2 * HOUR);
  still.drop();
  await answer(1);
  expect(still.url()).toBeUndefined();
});

it("is there at once where its moment is asked for again", async () => {
  still.ask(HOUR);
  await answer(0);
  still.drawn(HOUR);
  still.ask(HOUR);
  expect(still.url()).toBe("blob:1");
  expect(asked()).toEqual([HOUR]);
});

it("may be the picture of another moment: that of the first footage", async () => {
  still.ask(HOUR, HOUR + 1);
  expect(asked()).toEqual([HOUR + 1]);
  await answer(0);
  expect(still.url()).toBe("blob:1");
  still.drawn(HOUR);
  expect(still.url()).toBeUndefined();
});

it("is let go of with its request, and can be asked for again", async () => {
  still.ask(HOUR);
  await answer(0);
  still.ask(2 * HOUR);
  still.close();
  expect(revoked).toEqual(["blob:1"]);
  expect(requests[1]?.signal.aborted).toBe(true);
  await answer(1);
  expect(made).toBe(1);

  still.ask(HOUR);
  await answer(2);
  expect(still.url()).toBe("blob:2");
});
