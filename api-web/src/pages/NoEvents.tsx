/** In the place of a list of events that is empty: why it is, and the next step. */
import { Button } from "@mantine/core";
import { IconEye, IconFilterOff, IconScan, IconVideoPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import { asSentence } from "../api/errors";
import { EmptyState } from "../components/EmptyState";

interface Props {
  isFiltered: boolean;
  hasCameras: boolean;
  /** Why no objects are looked for; empty: they are. */
  message: string;
  onClear: () => void;
}

export function NoEvents({ isFiltered, hasCameras, message, onClear }: Props) {
  if (isFiltered) {
    return (
      <EmptyState
        level={2}
        icon={<IconFilterOff size={34} stroke={1.5} />}
        title="No event fits"
        action={
          <Button variant="default" onClick={onClear}>
            Clear filters
          </Button>
        }
      >
        Nothing that happened is all that the filters ask for.
      </EmptyState>
    );
  }
  if (!hasCameras) {
    return (
      <EmptyState
        level={2}
        icon={<IconVideoPlus size={34} stroke={1.5} />}
        title="No cameras yet"
        action={
          <Button component={Link} to="/add-camera">
            Add your first camera
          </Button>
        }
      >
        Who and what comes in front of your cameras is listed here.
      </EmptyState>
    );
  }
  if (message !== "") {
    return (
      <EmptyState
        level={2}
        icon={<IconScan size={34} stroke={1.5} />}
        title="Objects are not looked for"
        action={
          <Button component={Link} to="/system" variant="default">
            The detector on the system page
          </Button>
        }
      >
        {asSentence(message)}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      level={2}
      icon={<IconEye size={34} stroke={1.5} />}
      title="No events yet"
      action={
        <Button component={Link} to="/events?rejected=yes" variant="default">
          Show what was rejected
        </Button>
      }
    >
      Objects are looked for. When somebody or something comes in front of a camera, it is listed
      here by itself; what was seen and made no event is listed as rejected.
    </EmptyState>
  );
}
