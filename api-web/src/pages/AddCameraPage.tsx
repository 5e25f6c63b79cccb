/** Adds a camera in steps; the step is in the address of the page, what was typed is not. */

import { useMutation } from "@connectrpc/connect-query";
import { Container } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useMemo } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { useCameraPatches, useCameras } from "../api/cameras";
import { useProbeCamera } from "../api/probe";
import { useStorage } from "../api/storage";
import { CameraWizard } from "../components/cameras/CameraWizard";
import { STEPS } from "../components/cameras/useSteps";
import { PageHeader } from "../components/PageHeader";
import { CameraService } from "../gen/ronin/v1/camera_pb";
import { type CameraValues, cameraOf } from "../lib/cameraForm";
import { notifyDone } from "../lib/notify";

export function AddCameraPage() {
  useDocumentTitle("Add camera · RoninNVR");
  const navigate = useNavigate();
  const [params, setParams] = useSearchParams();
  const step = STEPS.find((known) => known === params.get("step")) ?? "connection";
  const patches = useCameraPatches();
  const { cameras } = useCameras();
  const { data: storage } = useStorage();
  const probe = useProbeCamera();
  const create = useMutation(CameraService.method.createCamera);
  const taken = useMemo(() => new Set(cameras?.map(({ id }) => id)), [cameras]);
  const leftovers = useMemo(
    () =>
      new Map(
        storage?.cameras
          .filter(({ removed, recordedBytes }) => removed && recordedBytes > 0n)
          .map(({ camera, recordedBytes }) => [camera.replace("cameras/", ""), recordedBytes]),
      ),
    [storage],
  );

  const save = async (values: CameraValues) => {
    const { camera } = await create.mutateAsync({
      cameraId: values.id,
      camera: cameraOf(values),
    });
    patches.changed(camera);
    notifyDone(`${values.displayName} is added. Its picture comes in a moment.`);
    await navigate(camera ? `/cameras/${camera.id}` : "/cameras", { replace: true });
  };

  return (
    <Container size="md" px={0}>
      <PageHeader
        back={{ to: "/cameras", label: "Cameras" }}
        title="Add camera"
        description="Nothing is stored before the last step."
      />
      <CameraWizard
        step={step}
        onStep={(next) => next !== step && setParams({ step: next })}
        taken={taken}
        leftovers={leftovers}
        storage={storage}
        onProbe={(source, signal) => probe({ source, camera: "", signal })}
        onSave={save}
        cancelPath="/cameras"
      />
    </Container>
  );
}
