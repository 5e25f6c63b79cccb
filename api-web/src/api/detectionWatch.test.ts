/** The watch of what the detector sees: one stream, only while it is shown. */
import { createRouterTransport } from "@connectrpc/connect";
import { expect, it, vi } from "vitest";
import { DetectionService, WatchDetectionsResponseSchema } from "../gen/ronin/v1/detection_pb";
import { timestampFromMs } from "../lib/time";
import { Feed } from "../test/feed";
import { DetectionWatch } from "./detections";

it("tells each picture of the camera, and passes heartbeats over", async () => {
  const feed = new Feed(WatchDetectionsResponseSchema);
  const watched: string[] = [];
  const onPicture = vi.fn();
  const transport = createRouterTransport(({ service }) => {
    service(DetectionService, {
      watchDetections: ({ camera }, { signal }) => {
        watched.push(camera);
        return feed.messages(signal);
      },
    });
  });
  const watch = new DetectionWatch({ transport, camera: "cameras/door", onPicture });
  expect(watched).toEqual([]);

  watch.start();
  feed.send({ event: { case: "heartbeat", value: {} } });
  feed.send({ event: { case: "picture", value: { wallTime: timestampFromMs(1_000) } } });

  await vi.waitFor(() => expect(onPicture).toHaveBeenCalledTimes(1));
  expect(watched).toEqual(["cameras/door"]);
  expect(watch.state()).toEqual({ kind: "live" });
  watch.stop();
});
