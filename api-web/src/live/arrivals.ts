/**
 * How regularly pictures arrive, from which follows how far behind a player has to stay to have the
 * next one in time.
 *
 * A picture that took the least time on its way is the measure for the others: where one as quick as
 * that would be now is `front`, and by how much the slowest one came later is `spread`. Pure.
 */

/** What is older than this many stretches is forgotten. */
const STRETCH_MS = 5_000;
const STRETCHES = 12;
/**
 * A connection begins with pictures of the past, which are late for no fault of the way, and while a
 * page begins it is busy with itself.
 */
const BEGINNING_MS = 3_000;
/** How much later pictures are taken to be before it is known. */
const ASSUMED_MS = 50;
/** How much a picture counts in the usual time between two. */
const STEP_SHARE = 0.1;
/** A picture that is later than this is one of an outage: no distance makes up for it. */
const OUTAGE_MS = 1_000;
/** Times that leap by more do not go on from the ones before. */
const LEAP_MS = 5_000;

interface Stretch {
  endMs: number;
  /** Least and most time between what a picture says and when it was here. */
  leastMs: number;
  mostMs: number | undefined;
}

export class Arrivals {
  #stretches: Stretch[] = [];
  #beganMs = Number.NEGATIVE_INFINITY;
  #lastMs: number | undefined;
  #stepMs: number | undefined;

  /** A connection begins. */
  begin(nowMs: number): void {
    this.#beganMs = nowMs;
  }

  /** Seconds between two pictures, usually; 0 before the second. */
  get step(): number {
    return (this.#stepMs ?? 0) / 1_000;
  }

  /** A picture is here that has this time in the stream. */
  add(mediaMs: number, nowMs: number): void {
    this.#addStep(mediaMs);
    const delayMs = nowMs - mediaMs;
    const least = this.#leastMs;
    if (least !== undefined && Math.abs(delayMs - least) > LEAP_MS) {
      this.#stretches = [];
      this.#beganMs = nowMs;
    }
    this.#stretches = this.#stretches.filter(
      ({ endMs }) => endMs > nowMs - STRETCH_MS * (STRETCHES - 1),
    );
    let last = this.#stretches.at(-1);
    if (last === undefined || last.endMs <= nowMs) {
      last = { endMs: nowMs + STRETCH_MS, leastMs: delayMs, mostMs: undefined };
      this.#stretches.push(last);
    }
    last.leastMs = Math.min(last.leastMs, delayMs);
    const isOfOutage = least !== undefined && delayMs - least > OUTAGE_MS;
    if (nowMs - this.#beganMs > BEGINNING_MS && !isOfOutage) {
      last.mostMs = Math.max(last.mostMs ?? delayMs, delayMs);
    }
  }

  #addStep(mediaMs: number): void {
    const step = mediaMs - (this.#lastMs ?? mediaMs);
    this.#lastMs = mediaMs;
    if (step > 0 && step < LEAP_MS) {
      const before = this.#stepMs ?? step;
      this.#stepMs = before + (step - before) * STEP_SHARE;
    }
  }

  /** Time in the stream, in seconds, of a picture that comes now and is quick; undefined before any. */
  front(nowMs: number): number | undefined {
    const least = this.#leastMs;
    return least === undefined ? undefined : (nowMs - least) / 1_000;
  }

  /** Seconds by which the slowest picture came later than the quickest one. */
  get spread(): number {
    const least = this.#leastMs;
    const most = this.#stretches.flatMap(({ mostMs }) => mostMs ?? []);
    const isKnown = least !== undefined && most.length > 0;
    return (isKnown ? Math.max(...most) - least : ASSUMED_MS) / 1_000;
  }

  get #leastMs(): number | undefined {
    return this.#stretches.length === 0
      ? undefined
      : Math.min(...this.#stretches.map(({ leastMs }) => leastMs));
  }
}
