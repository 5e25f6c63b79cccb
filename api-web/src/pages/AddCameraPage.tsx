/** Adds a camera: form, connection test, save. */

import { useMutation } from "@connectrpc/connect-query";
import { Container } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useNavigate } from "react-router";
import { useCameraPatches } from "../api/cameras";
import { useProbeCamera } from "../api/probe";
import { CameraForm } from "../components/cameras/CameraForm";
import { PageHeader } from "../components/PageHeader";
import { CameraService } from "../gen/ronin/v1/camera_pb";
import { type CameraValues, cameraOf, sourceOf } from "../lib/cameraForm";
import { notifyDone } from "../lib/notify";

export function AddCameraPage() {
  useDocumentTitle("Add camera · RoninNVR");
  const navigate = useNavigate();
  const patches = useCameraPatches();
  const probe = useProbeCamera();
  const create = useMutation(CameraService.method.createCamera);

  const save = async (values: CameraValues) => {
    const { camera } = await create.mutateAsync({
      cameraId: values.id,
      camera: cameraOf(values),
    });
    patches.changed(camera);
    notifyDone(`${values.displayName} is added. Its picture comes in a moment.`);
    await navigate(camera ? `/cameras/${camera.id}` : "/cameras");
  };

  return (
    <Container size="sm" px={0}>
      <PageHeader
        back={{ to: "/cameras", label: "Cameras" }}
        title="Add camera"
        description="Test the connection before saving: nothing is stored until you do."
      />
      <CameraForm
        onProbe={(source, signal) => probe({ source: sourceOf(source), camera: "", signal })}
        onSave={save}
        cancelPath="/cameras"
      />
    </Container>
  );
}
