/** Motion in the form of a camera. */
import { Anchor, Stack, Text } from "@mantine/core";
import { IconRun } from "@tabler/icons-react";
import { Link } from "react-router";
import { hasSub, looksForMotion } from "../../lib/cameraForm";
import { Panel } from "../Panel";
import { MotionFields } from "./MotionFields";
import type { CameraFormHandle } from "./useCameraForm";

interface Props {
  form: CameraFormHandle;
  /** Where objects, zones and times are set; undefined while there is no such camera yet. */
  detectionPath?: string;
}

export function MotionPanel({ form, detectionPath }: Props) {
  return (
    <Panel title="Motion" icon={<IconRun size={18} />}>
      <Stack gap="sm">
        <MotionFields
          isOn={looksForMotion(form.values)}
          sensitivity={form.values.sensitivity}
          hasSub={hasSub(form.values)}
          onSwitch={(isOn) => form.setFieldValue("motion", isOn)}
          onSensitivity={(sensitivity) => form.setFieldValue("sensitivity", sensitivity)}
        />
        {detectionPath !== undefined && (
          <Text size="sm">
            Objects, zones, masks and times are on the page{" "}
            <Anchor component={Link} to={detectionPath} size="sm" inherit underline="always">
              Detection
            </Anchor>
            . Save what is changed here first.
          </Text>
        )}
      </Stack>
    </Panel>
  );
}
