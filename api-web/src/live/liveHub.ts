/**
 * The one connection over which a tab gets live pictures, for as many tiles as there are: without
 * TLS browsers keep no more than six connections to a server.
 *
 * When tiles come or go the connection is made anew for those that are there. Not here: what is done
 * with pictures (`pictureSink`), and which tiles there are.
 */
import { createClient, type Transport } from "@connectrpc/connect";
import { Watch } from "../api/watch";
import { StreamKind } from "../gen/ronin/v1/common_pb";
import {
  type LiveFragment,
  type LiveHeartbeat,
  type LiveInit,
  LiveService,
  type LiveTileEnd,
  type StreamLiveTilesResponse,
} from "../gen/ronin/v1/live_pb";

/** Tiles that come together share one connection from the start. */
const GATHER_MS = 30;

/** Who watches a camera. */
export interface Viewer {
  onInit: (init: LiveInit) => void;
  onFragment: (fragment: LiveFragment) => void;
  onHeartbeat: (heartbeat: LiveHeartbeat) => void;
  /** There are no pictures for this viewer, and there will be none. */
  onEnd: (end: LiveTileEnd) => void;
}

interface Tile {
  camera: string;
  sound: boolean;
  viewer: Viewer;
}

export class LiveHub {
  readonly #transport: Transport;
  #tiles: Tile[] = [];
  #watch: Watch<StreamLiveTilesResponse> | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Watches `camera` ("cameras/{id}") until the returned function is called. */
  subscribe(camera: string, sound: boolean, viewer: Viewer): () => void {
    const tile = { camera, sound, viewer };
    this.#tiles = [...this.#tiles, tile];
    this.#gather();
    return () => {
      this.#tiles = this.#tiles.filter((other) => other !== tile);
      this.#gather();
    };
  }

  #gather(): void {
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => this.#connect(), GATHER_MS);
  }

  #connect(): void {
    this.#watch?.stop();
    this.#watch = undefined;
    const tiles = this.#tiles;
    if (tiles.length === 0) {
      return;
    }
    const client = createClient(LiveService, this.#transport);
    const wanted = tiles.map(({ camera, sound }) => ({ camera, stream: StreamKind.MAIN, sound }));
    this.#watch = new Watch({
      open: (signal) => client.streamLiveTiles({ tiles: wanted }, { signal, timeoutMs: 0 }),
      onMessage: ({ tile, event }) => {
        const viewer = tiles[tile]?.viewer;
        if (viewer !== undefined && this.#tiles.some((now) => now.viewer === viewer)) {
          deliver(event, viewer);
        }
        return true;
      },
    });
    this.#watch.start();
  }
}

function deliver(event: StreamLiveTilesResponse["event"], viewer: Viewer): void {
  if (event.case === "end") {
    viewer.onEnd(event.value);
    return;
  }
  const content = event.value?.content;
  switch (content?.case) {
    case "init":
      viewer.onInit(content.value);
      break;
    case "fragment":
      viewer.onFragment(content.value);
      break;
    case "heartbeat":
      viewer.onHeartbeat(content.value);
      break;
  }
}

const hubs = new WeakMap<Transport, LiveHub>();

/** The hub of a transport; one for the whole tab. */
export function liveHub(transport: Transport): LiveHub {
  const hub = hubs.get(transport) ?? new LiveHub(transport);
  hubs.set(transport, hub);
  return hub;
}
