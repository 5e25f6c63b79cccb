/** Follows the segments of a camera as they are finished. Not here: the lists that are kept fresh. */
import { createClient, type Transport } from "@connectrpc/connect";
import {
  RecordingService,
  type Segment,
  type WatchSegmentsResponse,
} from "../gen/ronin/v1/recording_pb";
import { Watch } from "./watch";

interface Options {
  transport: Transport;
  /** "cameras/{id}" */
  camera: string;
  onSegment: (segment: Segment) => void;
  /** Some may have been missed. */
  onListAgain: () => void;
}

export class SegmentWatch extends Watch<WatchSegmentsResponse> {
  constructor({ transport, camera, onSegment, onListAgain }: Options) {
    super({
      open: (signal) =>
        createClient(RecordingService, transport).watchSegments(
          { camera },
          { signal, timeoutMs: 0 },
        ),
      onMessage: ({ event }) => {
        if (event.case === "indexed") {
          onSegment(event.value);
        } else if (event.case === "listAgain") {
          onListAgain();
        }
        return event.case !== undefined;
      },
    });
  }
}
