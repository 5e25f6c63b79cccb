/** Media Source Extensions, which jsdom lacks, played by the test. */
import { vi } from "vitest";

/** What was appended, in short: a byte for each fragment. */
class FakeBuffer extends EventTarget {
  updating = false;
  appended: number[][] = [];
  removed: [number, number][] = [];
  types: string[] = [];
  ranges: [number, number][] = [];

  get buffered() {
    const { ranges } = this;
    return {
      length: ranges.length,
      start: (index: number) => ranges[index]?.[0] ?? 0,
      end: (index: number) => ranges[index]?.[1] ?? 0,
    };
  }

  appendBuffer(data: Uint8Array) {
    this.appended.push([...data]);
    this.updating = true;
  }

  remove(start: number, end: number) {
    this.removed.push([start, end]);
  }

  changeType(type: string) {
    this.types.push(type);
  }

  done() {
    this.updating = false;
    this.dispatchEvent(new Event("updateend"));
  }
}

export class FakeMediaSource extends EventTarget {
  static latest: FakeMediaSource;
  static isTypeSupported: (type: string) => boolean = () => true;
  readyState = "closed";
  buffer = new FakeBuffer();

  constructor() {
    super();
    FakeMediaSource.latest = this;
  }

  addSourceBuffer(type: string) {
    this.buffer.types.push(type);
    return this.buffer;
  }

  open() {
    this.readyState = "open";
    this.dispatchEvent(new Event("sourceopen"));
  }
}

/** The browser has Media Source Extensions that play what `isTypeSupported` says. */
export function stubMediaSource(isTypeSupported: (type: string) => boolean): void {
  FakeMediaSource.isTypeSupported = isTypeSupported;
  vi.stubGlobal("MediaSource", FakeMediaSource);
  vi.stubGlobal("ManagedMediaSource", undefined);
}
