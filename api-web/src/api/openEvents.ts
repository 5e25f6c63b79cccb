/** Which events go on now, by camera, for as long as somebody would want to look there. */
import { type Event, EventState } from "../gen/ronin/v1/event_pb";

/** An event that has ended is still told for this long. */
export const LINGER_MS = 6_000;
/** One of which nothing is heard any more, because the stream broke, is not told for ever. */
export const SILENT_MS = 60_000;

/** Classes of what goes on, by "cameras/{id}". */
export type OpenLabels = ReadonlyMap<string, readonly string[]>;

const NONE: OpenLabels = new Map();

export class OpenEvents {
  readonly #listeners = new Set<() => void>();
  readonly #events = new Map<string, { event: Event; timer: ReturnType<typeof setTimeout> }>();
  #labels: OpenLabels = NONE;

  readonly labels = (): OpenLabels => this.#labels;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes an event as it is now. */
  take(event: Event): void {
    const known = this.#events.get(event.name);
    const isOpen = event.state === EventState.OPEN;
    if (!isOpen && known?.event.state !== EventState.OPEN) {
      return;
    }
    clearTimeout(known?.timer);
    const timer = setTimeout(() => this.#forget(event.name), isOpen ? SILENT_MS : LINGER_MS);
    this.#events.set(event.name, { event, timer });
    this.#tell();
  }

  /** What is known may not be so any more. */
  clear(): void {
    for (const { timer } of this.#events.values()) {
      clearTimeout(timer);
    }
    this.#events.clear();
    this.#tell();
  }

  #forget(name: string): void {
    this.#events.delete(name);
    this.#tell();
  }

  #tell(): void {
    const labels = new Map<string, string[]>();
    for (const { event } of this.#events.values()) {
      const known = labels.get(event.camera) ?? [];
      labels.set(event.camera, known.includes(event.label) ? known : [...known, event.label]);
    }
    if (wordsOf(labels) === wordsOf(this.#labels)) {
      return;
    }
    this.#labels = labels;
    for (const listener of this.#listeners) {
      listener();
    }
  }
}

function wordsOf(labels: OpenLabels): string {
  return JSON.stringify([...labels]);
}
