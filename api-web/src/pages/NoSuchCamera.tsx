/** What is shown for a camera that is not there, or not any more. */
import { Button } from "@mantine/core";
import { IconVideoOff } from "@tabler/icons-react";
import { Link } from "react-router";
import { EmptyState } from "../components/EmptyState";

export function NoSuchCamera({ id }: { id: string }) {
  return (
    <EmptyState
      icon={<IconVideoOff size={34} stroke={1.5} />}
      title="No such camera"
      action={
        <Button component={Link} to="/cameras" variant="default">
          All cameras
        </Button>
      }
    >
      There is no camera with the id “{id}”. It may have been removed.
    </EmptyState>
  );
}
