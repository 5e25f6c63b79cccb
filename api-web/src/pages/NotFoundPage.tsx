/** An address that leads nowhere. */
import { Button } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconMapQuestion } from "@tabler/icons-react";
import { Link } from "react-router";
import { EmptyState } from "../components/EmptyState";

export function NotFoundPage() {
  useDocumentTitle("Not found · RoninNVR");
  return (
    <EmptyState
      icon={<IconMapQuestion size={34} stroke={1.5} />}
      title="There is no such page"
      action={
        <Button component={Link} to="/live">
          Go to the live page
        </Button>
      }
    >
      The link may be old or mistyped.
    </EmptyState>
  );
}
