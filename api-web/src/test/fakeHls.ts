/** An hls.js made of notes: what was called; errors and playlists on demand. */
import type HlsClass from "hls.js";
import type { ErrorData, HlsConfig } from "hls.js";
import type { Piece } from "../live/wallClock";

type Handler = (event: string, data: unknown) => void;

export class FakeHls {
  static isAvailable = true;
  static readonly made: FakeHls[] = [];
  static readonly Events = {
    ERROR: "hlsError",
    MANIFEST_PARSED: "hlsManifestParsed",
    LEVEL_LOADED: "hlsLevelLoaded",
  };
  static readonly ErrorTypes = {
    NETWORK_ERROR: "networkError",
    MEDIA_ERROR: "mediaError",
    OTHER_ERROR: "otherError",
  };
  static readonly isSupported = () => FakeHls.isAvailable;

  readonly calls: string[] = [];
  readonly config: Partial<HlsConfig>;
  liveSyncPosition: number | null = null;
  latency = 0;
  readonly #handlers = new Map<string, Handler>();

  constructor(config: Partial<HlsConfig>) {
    this.config = { ...config };
    FakeHls.made.push(this);
  }

  on(event: string, handler: Handler): void {
    this.#handlers.set(event, handler);
  }

  loadSource = (url: string) => this.calls.push(`loadSource ${url}`);
  attachMedia = () => this.calls.push("attachMedia");
  startLoad = (position?: number) =>
    this.calls.push(position === undefined ? "startLoad" : `startLoad ${position}`);
  recoverMediaError = () => this.calls.push("recoverMediaError");
  swapAudioCodec = () => this.calls.push("swapAudioCodec");
  destroy = () => this.calls.push("destroy");

  fail(data: { type: string; details: string; fatal?: boolean; code?: number }): void {
    this.#handlers.get(FakeHls.Events.ERROR)?.(FakeHls.Events.ERROR, {
      type: data.type,
      details: data.details,
      fatal: data.fatal ?? true,
      ...(data.code !== undefined && { response: { code: data.code, url: "", data: undefined } }),
    } as Partial<ErrorData>);
  }

  /** The first playlist has arrived. */
  parsed(): void {
    this.#handlers.get(FakeHls.Events.MANIFEST_PARSED)?.(FakeHls.Events.MANIFEST_PARSED, {});
  }

  /** The playlist has arrived. */
  loaded(fragments: readonly Piece[]): void {
    this.#handlers.get(FakeHls.Events.LEVEL_LOADED)?.(FakeHls.Events.LEVEL_LOADED, {
      details: { fragments },
    });
  }

  /** The one made last. */
  static get latest(): FakeHls {
    const hls = FakeHls.made.at(-1);
    if (hls === undefined) {
      throw new Error("no player was attached");
    }
    return hls;
  }

  static reset(): void {
    FakeHls.made.length = 0;
    FakeHls.isAvailable = true;
  }
}

export const loadFakeHls = async () => FakeHls as unknown as typeof HlsClass;
