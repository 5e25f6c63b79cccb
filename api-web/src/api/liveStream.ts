/** Asks where a camera's live stream is, anew for each connection to the camera. */
import type { ConnectError } from "@connectrpc/connect";
import { callUnaryMethod, useTransport } from "@connectrpc/connect-query";
import { useQuery } from "@tanstack/react-query";
import { StreamKind } from "../gen/ronin/v1/common_pb";
import { type GetLiveStreamResponse, LiveService } from "../gen/ronin/v1/live_pb";

/** A stream may be announced a moment before its playlist is there. */
const RETRIES = 6;
const RETRY_MS = 1_500;

/**
 * Where the live stream of `camera` ("cameras/{id}") is.
 *
 * `run` names the connection: codecs may differ after a camera came back, so each run asks again.
 * Undefined while there is nothing to show.
 */
export function useLiveStream(camera: string, run: string | undefined) {
  const transport = useTransport();
  return useQuery<GetLiveStreamResponse, ConnectError>({
    queryKey: ["live-stream", camera, run],
    queryFn: ({ signal }) =>
      callUnaryMethod(
        transport,
        LiveService.method.getLiveStream,
        { camera, stream: StreamKind.MAIN },
        { signal },
      ),
    enabled: run !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: RETRIES,
    retryDelay: RETRY_MS,
  });
}
