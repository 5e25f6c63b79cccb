/** Every camera with its live status, and the way to add, change and remove them. */
import { useQuery } from "@connectrpc/connect-query";
import { ActionIcon, Button, Menu, SimpleGrid } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import {
  IconDots,
  IconDownload,
  IconFileUpload,
  IconPlus,
  IconVideoPlus,
} from "@tabler/icons-react";
import { Link } from "react-router";
import { useCameras } from "../api/cameras";
import { describeError } from "../api/errors";
import { useRole } from "../api/role";
import { useStorage } from "../api/storage";
import { CameraCard } from "../components/cameras/CameraCard";
import { EmptyState } from "../components/EmptyState";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { PageHeader } from "../components/PageHeader";
import { type Camera, CameraService, CameraState } from "../gen/ronin/v1/camera_pb";
import { cameraListOf } from "../lib/cameraList";
import { type CameraUsage, usageOf } from "../lib/cameraUsage";
import { saveFile } from "../lib/saveFile";
import { useCameraManagement } from "./useCameraManagement";

/** A picture of the list may be this old before it is fetched again. */
const PICTURE_AGE_MS = 30_000;

export function CamerasPage() {
  useDocumentTitle("Cameras · RoninNVR");
  const { cameras, isPending, error, refetch } = useCameras();
  const management = useCameraManagement();
  // Where the disk does not answer, the cameras are shown without what they take.
  const { data: storage } = useStorage();

  if (isPending) {
    return <Loading>Loading cameras</Loading>;
  }
  return (
    <>
      <PageHeader
        title="Cameras"
        description={cameras && cameras.length > 0 ? summary(cameras) : undefined}
        actions={
          <>
            <ListMenu cameras={cameras ?? []} />
            <Button
              component={Link}
              to="/add-camera"
              leftSection={<IconPlus size={16} aria-hidden />}
            >
              Add camera
            </Button>
          </>
        }
      />
      {cameras === undefined && error && (
        <ErrorNotice words={describeError(error)} onRetry={() => void refetch()} />
      )}
      {cameras?.length === 0 && (
        <EmptyState
          level={2}
          icon={<IconVideoPlus size={34} stroke={1.5} />}
          title="No cameras yet"
        >
          You need the camera's RTSP address, and the user name and password it wants. Cameras name
          it in their settings under Network, RTSP or Streaming.
        </EmptyState>
      )}
      <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }} spacing="md">
        {cameras?.map((camera) => (
          <PicturedCamera
            key={camera.id}
            camera={camera}
            usage={usageOf(storage, camera.name)}
            management={management}
          />
        ))}
      </SimpleGrid>
      {management.dialog}
    </>
  );
}

/** The list of cameras as a file. */
function ListMenu({ cameras }: { cameras: readonly Camera[] }) {
  const { isAdmin } = useRole();
  const save = () => {
    const list = new Blob([cameraListOf(cameras)], { type: "application/json" });
    saveFile(list, "ronin-cameras.json");
  };
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <ActionIcon variant="default" size={36} aria-label="List of cameras">
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconDownload size={16} />}
          disabled={cameras.length === 0}
          onClick={save}
        >
          Save as a file
        </Menu.Item>
        {isAdmin && (
          <Menu.Item
            component={Link}
            to="/import-cameras"
            leftSection={<IconFileUpload size={16} />}
          >
            Add from a file
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

interface PicturedCameraProps {
  camera: Camera;
  usage: CameraUsage | undefined;
  management: ReturnType<typeof useCameraManagement>;
}

/** A card with the latest picture, where there is one. */
function PicturedCamera({ camera, usage, management }: PicturedCameraProps) {
  const isStreaming = camera.status?.state === CameraState.STREAMING;
  const snapshot = useQuery(
    CameraService.method.getSnapshot,
    { name: camera.name },
    { enabled: isStreaming, staleTime: PICTURE_AGE_MS, retry: false },
  );
  return (
    <CameraCard
      camera={camera}
      picture={isStreaming ? snapshot.data?.image : undefined}
      usage={usage}
      onSwitch={(enabled) => management.switchCamera(camera, enabled)}
      onRestart={() => management.restartCamera(camera)}
      onDelete={() => management.deleteCamera(camera)}
    />
  );
}

function summary(cameras: readonly Camera[]): string {
  const live = cameras.filter(({ status }) => status?.state === CameraState.STREAMING).length;
  const recording = cameras.filter(({ status }) => status?.recording).length;
  return `${cameras.length} in all · ${live} live · ${recording} recording`;
}
