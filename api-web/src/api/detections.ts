/** Follows what the detector sees in the pictures of a camera, while that is shown. */
import { createClient, type Transport } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { useMemo, useSyncExternalStore } from "react";
import {
  type AnalysedPicture,
  DetectionService,
  type WatchDetectionsResponse,
} from "../gen/ronin/v1/detection_pb";
import { SeenPictures } from "../live/seenPictures";
import { useWatchLife } from "./useWatchLife";
import { Watch, type WatchState } from "./watch";

interface Options {
  transport: Transport;
  /** "cameras/{id}" */
  camera: string;
  onPicture: (picture: AnalysedPicture) => void;
}

export class DetectionWatch extends Watch<WatchDetectionsResponse> {
  constructor({ transport, camera, onPicture }: Options) {
    super({
      open: (signal) =>
        createClient(DetectionService, transport).watchDetections(
          { camera },
          { signal, timeoutMs: 0 },
        ),
      onMessage: ({ event }) => {
        if (event.case === "picture") {
          onPicture(event.value);
        }
        return event.case !== undefined;
      },
    });
  }
}

/** What is seen in the pictures of "cameras/{id}"; nothing is asked for while it is not shown. */
export function useDetections(
  camera: string,
  isShown: boolean,
): { pictures: SeenPictures; state: WatchState } {
  const transport = useTransport();
  const { pictures, watch } = useMemo(() => {
    const pictures = new SeenPictures();
    return {
      pictures,
      watch: new DetectionWatch({ transport, camera, onPicture: (one) => pictures.add(one) }),
    };
  }, [transport, camera]);
  useWatchLife(isShown ? watch : undefined);
  return { pictures, state: useSyncExternalStore(watch.subscribe, watch.state) };
}
