/** The live picture with what the detector sees in it, and that in words. */
import { Stack } from "@mantine/core";
import { IconObjectScan } from "@tabler/icons-react";
import { useState } from "react";
import { useDetections } from "../api/detections";
import { areasOf } from "../components/detect/areas";
import { DetectorNow } from "../components/detect/DetectorNow";
import { Panel } from "../components/Panel";
import { type Camera, CameraState } from "../gen/ronin/v1/camera_pb";
import type { DetectValues } from "../lib/detectForm";
import { LiveCamera } from "./LiveCamera";

interface Props {
  camera: Camera;
  values: DetectValues;
}

export function DetectionPreview({ camera, values }: Props) {
  const { pictures } = useDetections(camera.name, true);
  const [isAudible, setAudible] = useState(false);
  return (
    <Panel title="What the detector sees" icon={<IconObjectScan size={18} />}>
      <Stack gap="sm">
        <div style={{ aspectRatio: "16 / 9" }}>
          <LiveCamera
            camera={camera}
            isAudible={isAudible}
            onAudible={setAudible}
            isZoomed
            boxes={{ pictures, isShown: true, areas: areasOf(values), hasCells: true }}
          />
        </div>
        <DetectorNow pictures={pictures} zones={values.zones} words={quietWords(camera)} />
      </Stack>
    </Panel>
  );
}

/** Why no pictures are looked at, as far as the camera says it. */
function quietWords({ enabled, status, detect }: Camera): string | undefined {
  if (enabled === false || status?.state !== CameraState.STREAMING) {
    return "The camera sends no pictures right now.";
  }
  return detect?.motion === false
    ? "Motion is switched off in the saved settings, so no picture is looked at."
    : undefined;
}
