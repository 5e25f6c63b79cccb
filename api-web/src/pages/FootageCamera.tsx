/** One camera of the footage page: asks the server where its footage is. */
import { useMemo } from "react";
import { describeError } from "../api/errors";
import { usePlayback } from "../api/recordings";
import { SyncTile } from "../components/recordings/SyncTile";
import { useSynced } from "../components/recordings/useSynced";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import type { DayCoverage } from "../lib/timelineSpans";
import { playsH265 } from "../live/codecs";
import type { Scrubber } from "../live/scrubber";
import type { SyncedFootage } from "../live/syncedFootage";
import { useDrawBoxes } from "./useRecordedBoxes";
import { useSyncedStill } from "./useStill";

interface Props {
  camera: Camera;
  /** Its footage on the day that is shown; undefined while it is asked for. */
  day: DayCoverage | undefined;
  synced: SyncedFootage;
  scrubber: Scrubber;
  /** Whether boxes are drawn around objects. */
  hasBoxes: boolean;
  players: number;
  isLarge: boolean;
  onLarge: () => void;
  isAudible: boolean;
  onAudible: () => void;
  onRemove: () => void;
}

export function FootageCamera({ camera, day, hasBoxes, ...rest }: Props) {
  const draw = useDrawBoxes(camera.name);
  const view = useSynced(rest.synced, ({ cameras }) => cameras.get(camera.id));
  const still = useSyncedStill(camera.id, rest.synced, day);
  const playback = usePlayback(camera.name, view?.span, !playsH265());
  const { hlsPath, multivariantPath, codecs } = (view?.span && playback.data) ?? {};
  const source = useMemo(
    () =>
      hlsPath
        ? { url: hlsPath, nativeUrl: multivariantPath || hlsPath, codecs: codecs ?? [] }
        : undefined,
    [hlsPath, multivariantPath, codecs],
  );
  return (
    <SyncTile
      {...rest}
      camera={camera.id}
      name={camera.displayName}
      view={view}
      still={still}
      drawBoxes={hasBoxes ? draw : undefined}
      source={source}
      error={view?.span && playback.error ? describeError(playback.error) : undefined}
      onRetry={() => void playback.refetch()}
    />
  );
}
