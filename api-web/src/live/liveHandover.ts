/**
 * Shows one live stream after another in two video elements that lie over each other: the one that
 * plays is shown until the next one has a picture, so a stream that takes another's place leaves no
 * hole.
 *
 * Not here: how a stream is played (`livePlayer`) and how the elements are drawn (`LiveTile`).
 */
import type { LiveHub } from "./liveHub";
import { LivePlayer, type LiveSource, type LoadHls, type PlayerState } from "./livePlayer";

/** Which of the two elements. */
export type Side = 0 | 1;

interface Options {
  videos: readonly [HTMLVideoElement, HTMLVideoElement];
  loadHls: LoadHls;
  hub?: LiveHub | undefined;
  /** Which element is shown, and how its player does. */
  onChange: (front: Side, state: PlayerState) => void;
}

export class LiveHandover {
  readonly #players: readonly [LivePlayer, LivePlayer];
  readonly #onChange: Options["onChange"];
  #front: Side = 0;
  /** Whether the other one has a stream that has no picture yet. */
  #isPending = false;
  #camera: string | undefined;

  constructor({ videos, loadHls, hub, onChange }: Options) {
    this.#onChange = onChange;
    const player = (side: Side) =>
      new LivePlayer({
        video: videos[side],
        loadHls,
        hub,
        onState: (state) => this.#onState(side, state),
      });
    this.#players = [player(0), player(1)];
  }

  /** The player whose picture is shown. */
  get player(): LivePlayer {
    return this.#players[this.#front];
  }

  /** Shows `source` as soon as it has a picture; nothing where it is undefined. */
  show(source: LiveSource | undefined): void {
    const isSame = source !== undefined && source.camera === this.#camera;
    this.#camera = source?.camera;
    this.#dropPending();
    if (source === undefined) {
      this.player.stop();
    } else if (isSame && this.player.state.kind === "playing") {
      this.#isPending = true;
      this.#other.start(source);
    } else {
      this.player.start(source);
    }
  }

  stop(): void {
    this.show(undefined);
  }

  get #other(): LivePlayer {
    return this.#players[otherThan(this.#front)];
  }

  #dropPending(): void {
    if (this.#isPending) {
      this.#isPending = false;
      this.#other.stop();
    }
  }

  #onState(side: Side, state: PlayerState): void {
    if (side === this.#front && !(this.#isPending && state.kind !== "playing")) {
      this.#onChange(side, state);
    } else if (this.#isPending && (side === this.#front || state.kind !== "loading")) {
      this.#exchange();
    }
  }

  /** The next stream is shown: it has a picture or words, or the one before has none any more. */
  #exchange(): void {
    const before = this.player;
    this.#isPending = false;
    this.#front = otherThan(this.#front);
    before.stop();
    this.#onChange(this.#front, this.player.state);
  }
}

function otherThan(side: Side): Side {
  return side === 0 ? 1 : 0;
}
