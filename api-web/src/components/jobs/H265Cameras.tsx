/** The cameras whose footage is encoded anew, when, and the way to their settings. */
import { Anchor, Button, List, Menu, Text } from "@mantine/core";
import { IconSettings } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Camera } from "../../gen/ronin/v1/camera_pb";
import { h265Path, policyWords, withH265 } from "../../lib/h265";

interface Props {
  cameras: readonly Camera[];
}

export function H265Cameras({ cameras }: Props) {
  const on = withH265(cameras);
  if (on.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        It is switched on for no camera: nothing more is encoded.
      </Text>
    );
  }
  return (
    <List size="sm" spacing={4} aria-label="Cameras with H.265 switched on">
      {on.map(({ camera, policy }) => (
        <List.Item key={camera.name}>
          <Anchor component={Link} to={h265Path(camera.id)} size="sm" underline="always">
            {camera.displayName}
          </Anchor>
          : {policyWords(policy)}
        </List.Item>
      ))}
    </List>
  );
}

/** Leads to where it is switched on: of the only camera, or of one that is chosen. */
export function H265Settings({ cameras }: Props) {
  const [only] = cameras;
  const icon = <IconSettings size={16} aria-hidden />;
  if (only === undefined) {
    return (
      <Button component={Link} to="/add-camera">
        Add a camera
      </Button>
    );
  }
  if (cameras.length === 1) {
    return (
      <Button component={Link} to={h265Path(only.id)} leftSection={icon}>
        Recording settings of {only.displayName}
      </Button>
    );
  }
  return (
    <Menu position="bottom" width={260}>
      <Menu.Target>
        <Button leftSection={icon}>Recording settings of a camera</Button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: "auto" }}>
        {cameras.map(({ id, name, displayName }) => (
          <Menu.Item key={name} component={Link} to={h265Path(id)}>
            {displayName}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
