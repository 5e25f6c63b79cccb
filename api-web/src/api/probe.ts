/** Tries a camera's source without saving anything. */
import { createClient } from "@connectrpc/connect";
import { useTransport } from "@connectrpc/connect-query";
import { useCallback } from "react";
import { CameraService, type ProbeCameraResponse, type Source } from "../gen/ronin/v1/camera_pb";

/** Cameras may take several seconds to answer and one key frame more to show a picture. */
const PROBE_TIMEOUT_MS = 45_000;

interface Probe {
  source: Source;
  /** "cameras/{id}" whose stored password is used where the source has none; empty for none. */
  camera: string;
  signal: AbortSignal;
}

export function useProbeCamera(): (probe: Probe) => Promise<ProbeCameraResponse> {
  const transport = useTransport();
  return useCallback(
    ({ source, camera, signal }) =>
      createClient(CameraService, transport).probeCamera(
        { source, camera },
        { signal, timeoutMs: PROBE_TIMEOUT_MS },
      ),
    [transport],
  );
}
