/** One camera of the list: name, state, why it is not live, streams, and what can be done. */
import {
  ActionIcon,
  Anchor,
  Box,
  Group,
  Menu,
  Paper,
  Stack,
  Switch,
  Text,
  Tooltip,
} from "@mantine/core";
import {
  IconDatabase,
  IconDots,
  IconEdit,
  IconRefresh,
  IconTrash,
  IconVideoOff,
} from "@tabler/icons-react";
import { Link } from "react-router";
import { type Camera, CameraState } from "../../gen/ronin/v1/camera_pb";
import { type CameraUsage, usageWords } from "../../lib/cameraUsage";
import { addressWords } from "../../lib/cameraWords";
import { usePictureUrl } from "../../lib/usePictureUrl";
import classes from "./CameraCard.module.css";
import { CameraBadges, CameraTrouble } from "./CameraStatus";
import { StreamList } from "./StreamList";

interface Props {
  camera: Camera;
  /** The latest picture, JPEG; undefined while there is none. */
  picture: Uint8Array | undefined;
  /** What its footage takes; undefined where that is not known. */
  usage: CameraUsage | undefined;
  onSwitch: (enabled: boolean) => void;
  onRestart: () => void;
  onDelete: () => void;
}

export function CameraCard({ camera, picture, usage, onSwitch, onRestart, onDelete }: Props) {
  const pictureUrl = usePictureUrl(picture);
  const status = camera.status;
  const isOn = camera.enabled !== false;
  return (
    <Paper
      withBorder
      p="md"
      bg="var(--panel-background)"
      component="article"
      aria-label={camera.displayName}
    >
      <Stack gap="sm" h="100%">
        <Link
          to={`/cameras/${camera.id}`}
          className={classes.picture}
          tabIndex={-1}
          aria-hidden="true"
        >
          {pictureUrl ? <img src={pictureUrl} alt="" /> : <IconVideoOff size={34} stroke={1.3} />}
        </Link>
        <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
          <Box miw={0}>
            <Anchor
              component={Link}
              to={`/cameras/${camera.id}`}
              fw={650}
              c="var(--mantine-color-text)"
            >
              {camera.displayName}
            </Anchor>
            <Text size="xs" c="dimmed" ff="monospace" truncate title={addressWords(camera)}>
              {addressWords(camera)}
            </Text>
          </Box>
          <Group gap={4} wrap="nowrap">
            <Tooltip label={isOn ? "Switch off" : "Switch on"}>
              <Switch
                checked={isOn}
                onChange={(event) => onSwitch(event.currentTarget.checked)}
                aria-label={`${camera.displayName} on or off`}
              />
            </Tooltip>
            <CardMenu camera={camera} onRestart={onRestart} onDelete={onDelete} />
          </Group>
        </Group>
        <CameraBadges camera={camera} />
        <CameraTrouble camera={camera} />
        {status?.state === CameraState.STREAMING && <StreamList streams={status.streams} />}
        {usage && (
          <Group gap="xs" wrap="nowrap" c="dimmed" mt="auto">
            <IconDatabase size={16} aria-label="Storage" style={{ flexShrink: 0 }} />
            <Text size="sm">{usageWords(usage)}</Text>
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

type MenuProps = Pick<Props, "camera" | "onRestart" | "onDelete">;

function CardMenu({ camera, onRestart, onDelete }: MenuProps) {
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`More for ${camera.displayName}`}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          component={Link}
          to={`/cameras/${camera.id}/edit`}
          leftSection={<IconEdit size={16} />}
        >
          Edit
        </Menu.Item>
        <Menu.Item
          leftSection={<IconRefresh size={16} />}
          disabled={camera.enabled === false}
          onClick={onRestart}
        >
          Restart
        </Menu.Item>
        <Menu.Item leftSection={<IconTrash size={16} />} onClick={onDelete}>
          Remove…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
