/** Asks before a camera is removed, and names what goes and what stays. */
import { Button, Group, List, Modal, Stack, Text, Title } from "@mantine/core";
import type { ErrorWords } from "../../api/errors";
import type { Camera } from "../../gen/ronin/v1/camera_pb";
import { type Footage, goes, stays } from "../../lib/removal";
import { ErrorNotice } from "../ErrorNotice";
import { Loading } from "../Loading";

interface Props {
  /** The camera to remove; undefined while nothing is asked. */
  camera: Camera | undefined;
  /** What there is of its footage; undefined while that is not known. */
  footage: Footage | undefined;
  /** Why its footage cannot be counted. */
  footageError: ErrorWords | undefined;
  isBusy: boolean;
  error: ErrorWords | undefined;
  onConfirm: () => void;
  /** Switches the camera off in the place of removing it. */
  onSwitchOff: () => void;
  onClose: () => void;
}

export function DeleteCameraDialog(props: Props) {
  const { camera, onClose } = props;
  return (
    <Modal
      opened={camera !== undefined}
      onClose={onClose}
      size="lg"
      title={camera && `Remove ${camera.displayName}?`}
    >
      {camera && <Question {...props} camera={camera} />}
    </Modal>
  );
}

function Question(props: Props & { camera: Camera }) {
  const { camera, footage, footageError, isBusy, error, onConfirm, onSwitchOff, onClose } = props;
  const isCounting = footage === undefined && footageError === undefined;
  return (
    <Stack gap="md">
      <Words title="What goes, at once and for good" lines={goes(camera)} />
      {footage && <Words title="What stays" lines={stays(camera, footage)} />}
      {isCounting && <Loading>Counting its footage</Loading>}
      {footage === undefined && footageError && (
        <ErrorNotice words={{ ...footageError, title: "Its footage could not be counted" }} />
      )}
      {error && <ErrorNotice words={error} />}
      <Group justify="flex-end">
        {camera.enabled !== false && (
          <Button variant="default" onClick={onSwitchOff} disabled={isBusy}>
            Switch it off instead
          </Button>
        )}
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep the camera
        </Button>
        <Button color="red.8" loading={isBusy} disabled={isCounting} onClick={onConfirm}>
          Remove camera
        </Button>
      </Group>
    </Stack>
  );
}

function Words({ title, lines }: { title: string; lines: readonly string[] }) {
  return (
    <div>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      <List size="sm" spacing={4} aria-label={title}>
        {lines.map((line) => (
          <List.Item key={line}>
            <Text span size="sm" style={{ overflowWrap: "anywhere" }}>
              {line}
            </Text>
          </List.Item>
        ))}
      </List>
    </div>
  );
}
