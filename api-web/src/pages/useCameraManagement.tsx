/** Switch, restart and remove, with their notices and the dialog: for the list and the detail page. */
import { useState } from "react";
import { useDeleteCamera, useRestartCamera, useSwitchCamera } from "../api/cameraActions";
import { describeError } from "../api/errors";
import { useFootage } from "../api/footage";
import { DeleteCameraDialog } from "../components/cameras/DeleteCameraDialog";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { notifyDone, notifyFailure } from "../lib/notify";
import { bytes, count } from "../lib/units";

export function useCameraManagement(onDeleted: () => void = () => undefined) {
  const { switchCamera } = useSwitchCamera();
  const { restartCamera } = useRestartCamera();
  const removal = useDeleteCamera();
  const [doomed, setDoomed] = useState<Camera>();
  const { footage, error: footageError } = useFootage(doomed?.id);

  const close = () => {
    setDoomed(undefined);
    removal.reset();
  };

  const remove = async (camera: Camera) => {
    try {
      const { keptSegments, keptBytes } = await removal.deleteCamera(camera);
      close();
      notifyDone(
        keptSegments > 0n
          ? `${camera.displayName} is removed. ${count(keptSegments)} segments (${bytes(keptBytes)}) of its footage stay.`
          : `${camera.displayName} is removed. It had no recorded footage.`,
      );
      onDeleted();
    } catch {
      // The dialog stays open and shows the mutation's error.
    }
  };

  const turn = (camera: Camera, enabled: boolean) => {
    const what = `${camera.displayName} could not be switched ${enabled ? "on" : "off"}`;
    switchCamera(camera, enabled).catch((error) => notifyFailure(what, error));
  };

  return {
    switchCamera: turn,
    restartCamera: (camera: Camera) => {
      restartCamera(camera).then(
        () => notifyDone(`${camera.displayName} is connecting anew.`),
        (error) => notifyFailure(`${camera.displayName} could not be restarted`, error),
      );
    },
    deleteCamera: setDoomed,
    dialog: (
      <DeleteCameraDialog
        camera={doomed}
        footage={footage}
        footageError={footageError ? describeError(footageError) : undefined}
        isBusy={removal.isPending}
        error={removal.error ? describeError(removal.error) : undefined}
        onConfirm={() => doomed && void remove(doomed)}
        onSwitchOff={() => {
          if (doomed) {
            turn(doomed, false);
            close();
          }
        }}
        onClose={close}
      />
    ),
  };
}
