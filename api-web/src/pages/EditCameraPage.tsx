/** Changes the settings of a camera; refuses to overwrite what somebody else changed meanwhile. */
import { useMutation, useQuery } from "@connectrpc/connect-query";
import { Container } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useState } from "react";
import { useNavigate, useParams } from "react-router";
import { useCamera, useCameraPatches } from "../api/cameras";
import { describeError, isEditConflict } from "../api/errors";
import { useProbeCamera } from "../api/probe";
import { useStorage } from "../api/storage";
import { CameraEditor } from "../components/cameras/CameraEditor";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { PageHeader } from "../components/PageHeader";
import { type Camera, CameraService } from "../gen/ronin/v1/camera_pb";
import { SystemService } from "../gen/ronin/v1/system_pb";
import { type CameraValues, cameraOf, changedPaths, valuesOf } from "../lib/cameraForm";
import { notifyDone } from "../lib/notify";
import { NoSuchCamera } from "./NoSuchCamera";
import { useHashTarget } from "./useHashTarget";

export function EditCameraPage() {
  const { id = "" } = useParams();
  const { camera, isPending, error, refetch } = useCamera(id);
  useDocumentTitle(`Edit ${camera?.displayName ?? "camera"} · RoninNVR`);

  if (isPending) {
    return <Loading>Loading the camera</Loading>;
  }
  if (error && camera === undefined) {
    return <ErrorNotice words={describeError(error)} onRetry={() => void refetch()} />;
  }
  return camera ? <Edit key={camera.name} latest={camera} /> : <NoSuchCamera id={id} />;
}

function Edit({ latest }: { latest: Camera }) {
  const navigate = useNavigate();
  const patches = useCameraPatches();
  const probe = useProbeCamera();
  const { data: storage } = useStorage();
  const { data: system } = useQuery(SystemService.method.getSystemInfo, {});
  const update = useMutation(CameraService.method.updateCamera);
  // The form keeps what it began with: status changes must not overwrite what is typed.
  const [camera, setCamera] = useState(latest);
  const detailPath = `/cameras/${camera.id}`;
  useHashTarget(true);

  const save = async (values: CameraValues) => {
    const paths = changedPaths(valuesOf(camera), values);
    if (paths.length > 0) {
      const changed = cameraOf(values);
      changed.name = camera.name;
      changed.etag = camera.etag;
      const response = await update.mutateAsync({ camera: changed, updateMask: { paths } });
      patches.changed(response.camera);
      notifyDone(`${values.displayName} is saved.`);
    }
    await navigate(detailPath);
  };

  return (
    <Container size="md" px={0}>
      <PageHeader
        back={{ to: detailPath, label: camera.displayName }}
        title={`Edit ${camera.displayName}`}
      />
      {isEditConflict(update.error) && (
        <ErrorNotice
          words={{
            ...describeError(update.error),
            whatToDo: ["Load the newest settings and make your change again."],
          }}
          onRetry={() => {
            update.reset();
            setCamera(latest);
          }}
          retryLabel="Load the newest settings"
        />
      )}
      <CameraEditor
        key={camera.etag}
        camera={camera}
        storage={storage}
        encoders={system?.encoderDetails}
        onProbe={(source, signal) => probe({ source, camera: camera.name, signal })}
        onSave={save}
        cancelPath={detailPath}
      />
    </Container>
  );
}
