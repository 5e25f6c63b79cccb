/**
 * The moment that was asked for last, before the URL has it: the page is drawn anew with a new URL,
 * and the player does not wait for that.
 */
import { useEffect, useState, useSyncExternalStore } from "react";

export class AskedMoment {
  /** Those that the URL has not come to yet, in the order of asking. */
  #pending: readonly number[] = [];
  #urlMs: number | undefined;
  readonly #listeners = new Set<() => void>();

  readonly ask = (ms: number): void => this.#set([...this.#pending, ms]);

  /** The URL has another moment. One that nobody asked for here, by a link or the way back, counts. */
  arrived(ms: number | undefined): void {
    this.#urlMs = ms;
    const place = ms === undefined ? -1 : this.#pending.indexOf(ms);
    this.#set(place === -1 ? [] : this.#pending.slice(place + 1));
  }

  /** Undefined where the URL has it. */
  readonly ms = (): number | undefined => this.#pending.at(-1);

  /** What was asked for last, here or by the URL; undefined: nothing is. */
  readonly latest = (): number | undefined => this.#pending.at(-1) ?? this.#urlMs;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  #set(pending: readonly number[]): void {
    this.#pending = pending;
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

/** `atMs` is the moment of the URL. */
export function useAskedMoment(atMs: number | undefined): AskedMoment {
  const [asked] = useState(() => new AskedMoment());
  useEffect(() => asked.arrived(atMs), [asked, atMs]);
  return asked;
}

/** The moment that was asked for last, as state of who calls this. */
export function useLatestMoment(asked: AskedMoment, atMs: number): number {
  return useSyncExternalStore(asked.subscribe, asked.ms) ?? atMs;
}
