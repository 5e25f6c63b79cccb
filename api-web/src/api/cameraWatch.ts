/**
 * Feeds each change of a camera into the query cache.
 *
 * Not here: how the stream is kept open (`watch`), what is shown of a camera, and React
 * (`CameraWatchProvider`).
 */
import { createClient, type Transport } from "@connectrpc/connect";
import type { QueryClient } from "@tanstack/react-query";
import { CameraService, type WatchCamerasResponse } from "../gen/ronin/v1/camera_pb";
import { cameraListKey, patchCameras, replaceCameras, withCamera, withoutCamera } from "./cameras";
import { Watch } from "./watch";

interface Options {
  transport: Transport;
  queryClient: QueryClient;
  /** 0 to 1, for the jitter. */
  random?: () => number;
}

export class CameraWatch extends Watch<WatchCamerasResponse> {
  constructor({ transport, queryClient, random }: Options) {
    super({
      open: (signal) =>
        createClient(CameraService, transport).watchCameras({}, { signal, timeoutMs: 0 }),
      onMessage: ({ event }) => apply(event, transport, queryClient),
      random,
    });
  }
}

/** True for the snapshot, which begins a stream that works. */
async function apply(
  event: WatchCamerasResponse["event"],
  transport: Transport,
  queryClient: QueryClient,
): Promise<boolean> {
  switch (event.case) {
    case "snapshot":
      // A list that was asked for earlier must not arrive later and overwrite this one.
      await queryClient.cancelQueries({ queryKey: cameraListKey(transport) });
      replaceCameras(queryClient, transport, event.value.cameras);
      return true;
    case "changed":
      patchCameras(queryClient, transport, (cameras) => withCamera(cameras, event.value));
      return false;
    case "removed":
      patchCameras(queryClient, transport, (cameras) => withoutCamera(cameras, event.value));
      return false;
    case "heartbeat":
    case undefined:
      return false;
  }
}
