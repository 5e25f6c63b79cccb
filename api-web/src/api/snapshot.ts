/** The latest picture of a camera, which stays the same until another is asked for. */
import { useQuery } from "@connectrpc/connect-query";
import { CameraService } from "../gen/ronin/v1/camera_pb";

export function useStillPicture(camera: string) {
  return useQuery(
    CameraService.method.getSnapshot,
    { name: camera },
    { staleTime: Number.POSITIVE_INFINITY, retry: false, refetchOnReconnect: false },
  );
}
