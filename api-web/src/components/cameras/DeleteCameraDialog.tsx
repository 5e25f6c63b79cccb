/** Asks before a camera is removed, and names what goes and what stays. */
import { Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import type { ErrorWords } from "../../api/errors";
import type { Camera } from "../../gen/ronin/v1/camera_pb";
import { ErrorNotice } from "../ErrorNotice";

interface Props {
  /** The camera to remove; undefined while nothing is asked. */
  camera: Camera | undefined;
  isBusy: boolean;
  error: ErrorWords | undefined;
  onConfirm: () => void;
  onClose: () => void;
}

export function DeleteCameraDialog({ camera, isBusy, error, onConfirm, onClose }: Props) {
  return (
    <Modal
      opened={camera !== undefined}
      onClose={onClose}
      title={camera && `Remove ${camera.displayName}?`}
    >
      <Stack gap="md">
        <List size="sm" spacing={4}>
          <List.Item>Its live picture and its recording end now.</List.Item>
          <List.Item>Its settings and the stored password are deleted.</List.Item>
          <List.Item>
            <Text span fw={600} size="sm">
              Its recorded footage stays
            </Text>{" "}
            on disk until it is as old as footage is kept for.
          </List.Item>
        </List>
        {error && <ErrorNotice words={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep the camera
          </Button>
          <Button color="red.8" loading={isBusy} onClick={onConfirm}>
            Remove camera
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
