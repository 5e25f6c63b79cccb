/** What a page shows of all cameras: loading, an error, the way to the first one, or the page. */
import { Button } from "@mantine/core";
import { IconVideoPlus } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useCameras } from "../api/cameras";
import { describeError } from "../api/errors";
import { EmptyState } from "../components/EmptyState";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import type { Camera } from "../gen/ronin/v1/camera_pb";

interface Props {
  /** What will be here once there is a camera. */
  promise: string;
  /** Of the heading in its place: 1, where the page has no other. */
  level?: 1 | 2;
  children: (cameras: readonly Camera[]) => ReactNode;
}

export function WithCameras({ promise, level = 1, children }: Props) {
  const { cameras, isPending, error, refetch } = useCameras();
  if (isPending) {
    return <Loading>Loading cameras</Loading>;
  }
  if (cameras === undefined) {
    return <ErrorNotice words={describeError(error)} onRetry={() => void refetch()} />;
  }
  if (cameras.length > 0) {
    return children(cameras);
  }
  return (
    <EmptyState
      level={level}
      icon={<IconVideoPlus size={34} stroke={1.5} />}
      title="No cameras yet"
      action={
        <Button component={Link} to="/add-camera">
          Add your first camera
        </Button>
      }
    >
      {promise}
    </EmptyState>
  );
}
