/**
 * The one connection over which a tab gets live pictures, for as many tiles as there are: without
 * TLS browsers keep no more than six connections to a server.
 *
 * When tiles come or go the connection is made anew for those that are there. Until the new one has
 * begun a tile that the old one has too, the old one goes on with it. Not here: what is done with
 * pictures (`pictureSink`), and which tiles there are.
 */
import { createClient, type Transport } from "@connectrpc/connect";
import { Watch } from "../api/watch";
import { StreamKind } from "../gen/ronin/v1/common_pb";
import {
  type LiveFragment,
  type LiveHeartbeat,
  type LiveInit,
  type LiveRendition,
  LiveService,
  type LiveTileEnd,
  type StreamLiveTilesResponse,
} from "../gen/ronin/v1/live_pb";

/** A tile gets its connection at once; those that come right after it share the next one. */
const GATHER_MS = 30;
const SOON_MS = 300;
/** What a tile that left was sent does no harm for this long: often another one comes. */
const LEAVING_MS = 500;
/** An old connection is kept for this long: a key frame comes within some seconds, or not soon. */
export const HANDOVER_MS = 10_000;

/** Who watches a camera. */
export interface Viewer {
  onInit: (init: LiveInit) => void;
  onFragment: (fragment: LiveFragment) => void;
  onHeartbeat: (heartbeat: LiveHeartbeat) => void;
  /** There are no pictures for this viewer, and there will be none. */
  onEnd: (end: LiveTileEnd) => void;
}

/** What somebody wants to watch. */
export interface Wanted {
  /** "cameras/{id}". */
  camera: string;
  sound: boolean;
  /** The main stream where it is not said. */
  stream?: StreamKind;
  /** As the camera sends it where it is not said. */
  rendition?: LiveRendition;
}

interface Tile {
  wanted: Wanted;
  viewer: Viewer;
  /** What it gets its pictures from; undefined before the first. */
  source: Connection | undefined;
}

interface Connection {
  /** As it asked for them. */
  tiles: readonly Tile[];
  watch: Watch<StreamLiveTilesResponse>;
}

export class LiveHub {
  readonly #transport: Transport;
  #tiles: Tile[] = [];
  /** The connection for the tiles that there are. */
  #newest: Connection | undefined;
  /** The one before, while some tile gets its pictures from it. */
  #old: Connection | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  /** Whether a tile waits for the next connection. */
  #isAwaited = false;
  #connectedMs = Number.NEGATIVE_INFINITY;
  #handover: ReturnType<typeof setTimeout> | undefined;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Watches until the returned function is called. */
  subscribe(wanted: Wanted, viewer: Viewer): () => void {
    const tile: Tile = {
      wanted: { stream: StreamKind.MAIN, ...wanted },
      viewer,
      source: undefined,
    };
    this.#tiles = [...this.#tiles, tile];
    this.#isAwaited = true;
    const isSoon = performance.now() - this.#connectedMs < SOON_MS;
    this.#connectIn(isSoon ? GATHER_MS : 0);
    return () => {
      this.#tiles = this.#tiles.filter((other) => other !== tile);
      if (!this.#isAwaited) {
        this.#connectIn(this.#tiles.length === 0 ? GATHER_MS : LEAVING_MS);
      }
    };
  }

  #connectIn(waitMs: number): void {
    clearTimeout(this.#gathering);
    this.#gathering = setTimeout(() => this.#connect(), waitMs);
  }

  #connect(): void {
    this.#isAwaited = false;
    this.#connectedMs = performance.now();
    this.#keepOne();
    const tiles = this.#tiles;
    if (tiles.length === 0) {
      return;
    }
    const client = createClient(LiveService, this.#transport);
    const wanted = tiles.map((tile) => tile.wanted);
    const connection: Connection = {
      tiles,
      watch: new Watch({
        open: (signal) => client.streamLiveTiles({ tiles: wanted }, { signal, timeoutMs: 0 }),
        onMessage: ({ tile, event }) => {
          this.#take(connection, tiles[tile], event);
          return true;
        },
      }),
    };
    // An old connection that breaks would begin anew with tiles that are no more.
    connection.watch.subscribe(() => {
      if (connection === this.#old && connection.watch.state().kind === "lost") {
        this.#dropOld();
      }
    });
    this.#newest = connection;
    connection.watch.start();
  }

  /** Makes way for a new connection: of those that there are, the one with the most tiles stays. */
  #keepOne(): void {
    clearTimeout(this.#handover);
    const oldIsBetter = this.#count(this.#old) > this.#count(this.#newest);
    const [better, other] = oldIsBetter ? [this.#old, this.#newest] : [this.#newest, this.#old];
    this.#stop(other);
    this.#newest = undefined;
    this.#old = better;
    if (this.#count(better) > 0 && better?.watch.state().kind === "live") {
      this.#handover = setTimeout(() => this.#dropOld(), HANDOVER_MS);
    } else {
      this.#dropOld();
    }
  }

  /** Gives an event to its viewer, unless the viewer gets the same from elsewhere. */
  #take(from: Connection, tile: Tile | undefined, event: StreamLiveTilesResponse["event"]): void {
    if (tile === undefined || !this.#tiles.includes(tile)) {
      return;
    }
    if (tile.source !== from) {
      const isHandover = from === this.#newest && (tile.source === undefined || begins(event));
      if (!isHandover) {
        return;
      }
      tile.source = from;
    }
    deliver(event, tile.viewer);
    if (this.#old !== undefined && this.#count(this.#old) === 0) {
      this.#dropOld();
    }
  }

  /** How many of the tiles that there are get their pictures from it. */
  #count(connection: Connection | undefined): number {
    return connection === undefined
      ? 0
      : this.#tiles.filter(({ source }) => source === connection).length;
  }

  #dropOld(): void {
    clearTimeout(this.#handover);
    this.#stop(this.#old);
    this.#old = undefined;
  }

  #stop(connection: Connection | undefined): void {
    if (connection === undefined) {
      return;
    }
    connection.watch.stop();
    for (const tile of this.#tiles) {
      if (tile.source === connection) {
        tile.source = undefined;
      }
    }
  }
}

/** Whether a stream of a tile begins with it, or cannot begin: it goes on from here or nowhere. */
function begins(event: StreamLiveTilesResponse["event"]): boolean {
  return event.case === "end" || event.value?.content.case === "init";
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
