/** What can be done to a camera with one click: switch, restart, remove. */
import { create } from "@bufbuild/protobuf";
import { useMutation } from "@connectrpc/connect-query";
import { type Camera, CameraSchema, CameraService } from "../gen/ronin/v1/camera_pb";
import { useCameraPatches } from "./cameras";

/** Switches a camera on or off. */
export function useSwitchCamera() {
  const patches = useCameraPatches();
  const mutation = useMutation(CameraService.method.updateCamera, {
    onSuccess: (response) => patches.changed(response.camera),
  });
  return {
    ...mutation,
    switchCamera: (camera: Camera, enabled: boolean) =>
      mutation.mutateAsync({
        camera: create(CameraSchema, { name: camera.name, enabled }),
        updateMask: { paths: ["enabled"] },
      }),
  };
}

/** Ends the connection to a camera and makes a new one, skipping any wait. */
export function useRestartCamera() {
  const mutation = useMutation(CameraService.method.restartCamera);
  return {
    ...mutation,
    restartCamera: (camera: Camera) => mutation.mutateAsync({ name: camera.name }),
  };
}

/** Removes a camera; the answer says what footage stays. */
export function useDeleteCamera() {
  const patches = useCameraPatches();
  const mutation = useMutation(CameraService.method.deleteCamera, {
    onSuccess: (_response, request) => {
      if (request.name !== undefined) {
        patches.removed(request.name);
      }
    },
  });
  return {
    ...mutation,
    deleteCamera: (camera: Camera) => mutation.mutateAsync({ name: camera.name }),
  };
}
