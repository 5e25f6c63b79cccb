/** The last events of a camera, with the way to all of them. */
import { Anchor, Text } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { Link } from "react-router";
import { asSentence, describeError } from "../api/errors";
import { eventPicture, useDetector, useLatestEvents } from "../api/events";
import { ErrorNotice } from "../components/ErrorNotice";
import { EventRows } from "../components/events/EventRows";
import { Loading } from "../components/Loading";
import { Panel } from "../components/Panel";
import type { Camera } from "../gen/ronin/v1/camera_pb";

const SHOWN = 5;

export function CameraEvents({ camera }: { camera: Camera }) {
  const latest = useLatestEvents(camera.name, SHOWN);
  const { message } = useDetector();
  const events = latest.data?.events;
  return (
    <Panel
      title="Latest events"
      icon={<IconEye size={18} />}
      aside={
        <Anchor component={Link} to={`/events?camera=${camera.id}`} size="sm">
          All events of this camera
        </Anchor>
      }
    >
      {latest.isPending && <Loading>Loading events</Loading>}
      {!events && latest.error && <ErrorNotice words={describeError(latest.error)} />}
      {events?.length === 0 && (
        <Text size="sm">{message === "" ? "There were none yet." : asSentence(message)}</Text>
      )}
      {events && events.length > 0 && (
        <EventRows label="Latest events" events={events} pictureOf={eventPicture} />
      )}
    </Panel>
  );
}
