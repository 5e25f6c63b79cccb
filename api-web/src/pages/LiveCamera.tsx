/** One camera live: asks where its stream is and hands that to the tile. */
import { useTransport } from "@connectrpc/connect-query";
import { useLocalStorage } from "@mantine/hooks";
import { type ReactNode, useMemo } from "react";
import { useCameraWatch } from "../api/CameraWatchProvider";
import { useRestartCamera, useSwitchCamera } from "../api/cameraActions";
import { useDetections } from "../api/detections";
import { describeError } from "../api/errors";
import { useLiveStream } from "../api/liveStream";
import type { LiveBoxes } from "../components/detect/liveBoxes";
import { LiveTile } from "../components/live/LiveTile";
import { type Camera, CameraState } from "../gen/ronin/v1/camera_pb";
import { hasAudio } from "../lib/cameraWords";
import { notifyFailure } from "../lib/notify";
import { liveHub } from "../live/liveHub";
import type { TileAction } from "../live/tileWords";

const BOXES_KEY = "ronin.live.boxes";

interface Props {
  camera: Camera;
  isAudible: boolean;
  onAudible: (isAudible: boolean) => void;
  onZoom?: () => void;
  isZoomed?: boolean;
  isCompact?: boolean;
  onFullScreen?: () => void;
  isFullScreen?: boolean;
  linksToDetails?: boolean;
  /** What is drawn over the picture; else boxes around objects, where a person wants them. */
  boxes?: LiveBoxes;
  /** Classes of the events that go on. */
  eventLabels?: readonly string[] | undefined;
}

export function LiveCamera(props: Props): ReactNode {
  const { camera, linksToDetails = false, onZoom, boxes, ...rest } = props;
  const run = streamingRun(camera);
  const stream = useLiveStream(camera.name, run);
  const watch = useCameraWatch();
  const hub = liveHub(useTransport());
  const { switchCamera } = useSwitchCamera();
  const { restartCamera } = useRestartCamera();

  const own = useLiveBoxes(camera.name, rest.isZoomed === true && boxes === undefined);

  const answer = run === undefined ? undefined : stream.data;
  const sound = rest.isAudible;
  // Small pictures are enough for a tile; a sub stream may be without sound.
  const prefersSub = camera.sub !== undefined && rest.isZoomed !== true && !sound;
  // A new object makes the player start anew: for each run, with or without sound, small or large.
  const source = useMemo(
    () =>
      answer
        ? { camera: camera.name, sound, prefersSub, url: answer.hlsPath, codecs: answer.codecs }
        : undefined,
    [answer, camera.name, sound, prefersSub],
  );

  const onAction = (action: TileAction) => {
    const name = camera.displayName;
    if (action === "enable") {
      switchCamera(camera, true).catch((e) => notifyFailure(`${name} could not be switched on`, e));
    } else if (action === "restart") {
      restartCamera(camera).catch((e) => notifyFailure(`${name} could not be restarted`, e));
    } else {
      void stream.refetch();
    }
  };

  return (
    <LiveTile
      {...rest}
      camera={camera}
      source={source}
      streamError={stream.isError ? describeError(stream.error).message : undefined}
      hub={hub}
      isServerThere={watch.state.kind === "live"}
      hasSound={answer !== undefined && hasAudio(answer.streams)}
      onZoom={onZoom}
      onAction={onAction}
      boxes={boxes ?? own}
      {...(linksToDetails && { detailPath: `/cameras/${camera.id}` })}
    />
  );
}

/** Boxes around objects: off at first, and as a person chose at this browser, for every camera. */
function useLiveBoxes(camera: string, isOffered: boolean): LiveBoxes | undefined {
  const [isShown, setShown] = useLocalStorage({
    key: BOXES_KEY,
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const { pictures } = useDetections(camera, isOffered && isShown);
  return isOffered ? { pictures, isShown, onShown: setShown } : undefined;
}

/** Names the connection that pictures come over; undefined while none come. */
function streamingRun(camera: Camera): string | undefined {
  const status = camera.status;
  if (camera.enabled === false || status?.state !== CameraState.STREAMING) {
    return undefined;
  }
  return `${status.sinceTime?.seconds ?? 0n}.${status.sinceTime?.nanos ?? 0}`;
}
