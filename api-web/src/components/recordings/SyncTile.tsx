/** One camera among several that show the same moment: its picture, or why there is none. */
import { ActionIcon, Button, Tooltip } from "@mantine/core";
import { IconTimeline, IconVolume, IconVolumeOff, IconX } from "@tabler/icons-react";
import { useRef } from "react";
import { Link } from "react-router";
import { asSentence, type ErrorWords } from "../../api/errors";
import { cameraFootagePath } from "../../lib/footagePath";
import { clockTime, duration, SECOND_MS } from "../../lib/time";
import { codecName } from "../../live/codecs";
import type { FootageSource, FootageState } from "../../live/footagePlayer";
import type { Scrubber } from "../../live/scrubber";
import { hasSound } from "../../live/speeds";
import type { Still } from "../../live/still";
import type { CameraView, SyncedFootage } from "../../live/syncedFootage";
import type { RecordedBoxes } from "../detect/recordedBoxes";
import { ScrubPicture } from "./ScrubPicture";
import { StillPicture } from "./StillPicture";
import classes from "./SyncTile.module.css";
import { useSynced, useWallMs } from "./useSynced";
import { useSyncedVideo } from "./useSyncedVideo";

interface Props {
  /** Id of the camera. */
  camera: string;
  name: string;
  /** What is known of its footage at this moment; undefined while it is asked for. */
  view: CameraView | undefined;
  source: FootageSource | undefined;
  /** Why the server offers nothing to play. */
  error: ErrorWords | undefined;
  synced: SyncedFootage;
  scrubber: Scrubber;
  /** Stands for what was asked for until the video shows it. */
  still: Still;
  /** Draws boxes around objects; undefined while none are wanted. */
  drawBoxes?: RecordedBoxes["draw"] | undefined;
  /** How many cameras there are. */
  players: number;
  isLarge: boolean;
  onLarge: () => void;
  isAudible: boolean;
  onAudible: () => void;
  onRemove: () => void;
  /** Asks the server again. */
  onRetry: () => void;
}

export function SyncTile(props: Props) {
  const { camera, name, view, source, error, synced, scrubber, players, isLarge, isAudible } =
    props;
  const { still, drawBoxes } = props;
  const videoRef = useRef<HTMLVideoElement>(null);
  const frameRef = useRef<HTMLElement>(null);
  const isFailed = error !== undefined;
  const player = useSyncedVideo(videoRef, { camera, source, isFailed, synced, still, players });
  const isMuted = useSynced(synced, ({ speed }) => !isAudible || !hasSound(speed));
  const carriesSound = source?.codecs.some((codec) => /^(mp4a|opus)/.test(codec)) ?? false;
  const trouble = troubleOf(player.state, error);
  return (
    <section
      ref={frameRef}
      className={classes.tile}
      aria-label={name}
      data-large={isLarge || undefined}
      data-testid={`tile-${camera}`}
    >
      <video
        ref={videoRef}
        className={classes.video}
        muted={isMuted}
        playsInline
        disablePictureInPicture
        aria-label={`Recorded footage of ${name}`}
        data-camera={`footage-${camera}`}
      />
      {view?.hasFootage !== false && !trouble && <StillPicture still={still} camera={camera} />}
      {view?.hasFootage &&
        drawBoxes?.({ frame: frameRef, video: videoRef, shownMs: player.shownMs })}
      {view && !view.hasFootage && <Missing view={view} synced={synced} />}
      {view?.hasFootage && trouble && (
        <div className={classes.words} role="alert">
          <p>{trouble}</p>
          <Button
            size="compact-xs"
            variant="default"
            className={classes.action ?? ""}
            onClick={isFailed ? props.onRetry : player.again}
          >
            Try again
          </Button>
        </div>
      )}
      <ScrubPicture scrubber={scrubber} camera={camera} />
      <button
        type="button"
        className={classes.hit}
        aria-label={isLarge ? `Show ${name} as large as the others` : `Make ${name} large`}
        aria-pressed={isLarge}
        onClick={props.onLarge}
      />
      <div className={classes.bar}>
        <span className={classes.name}>{name}</span>
        {carriesSound && (
          <Tool label={isAudible ? `Mute ${name}` : `Hear ${name}`} onPress={props.onAudible}>
            {isAudible ? <IconVolume size={17} /> : <IconVolumeOff size={17} />}
          </Tool>
        )}
        <AloneLink camera={camera} name={name} synced={synced} />
        <Tool label={`Take ${name} away`} onPress={props.onRemove}>
          <IconX size={17} />
        </Tool>
      </div>
    </section>
  );
}

/** Why the camera has no picture of the moment, and when its footage goes on. */
function Missing({ view, synced }: { view: CameraView; synced: SyncedFootage }) {
  const wallMs = useWallMs(synced, SECOND_MS);
  const { gap, resumesMs } = view;
  return (
    <div className={classes.words} data-testid="missing">
      <p role="status">
        {gap ? asSentence(gap.message || gap.cause) : "There is no footage of this moment."}
      </p>
      <p className={classes.later}>
        {resumesMs === undefined
          ? "No later footage on this day."
          : `It goes on at ${clockTime(resumesMs)}, in ${duration(Math.max(resumesMs - wallMs, SECOND_MS))}.`}
      </p>
    </div>
  );
}

/** The same moment of this camera alone. */
function AloneLink({
  camera,
  name,
  synced,
}: {
  camera: string;
  name: string;
  synced: SyncedFootage;
}) {
  const wallMs = useWallMs(synced, SECOND_MS);
  const label = `${name} alone`;
  return (
    <Tooltip label={label}>
      <ActionIcon
        component={Link}
        to={cameraFootagePath(camera, wallMs)}
        className={classes.tool ?? ""}
        variant="transparent"
        aria-label={label}
      >
        <IconTimeline size={17} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

interface ToolProps {
  label: string;
  onPress: () => void;
  children: React.ReactNode;
}

function Tool({ label, onPress, children }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        className={classes.tool ?? ""}
        variant="transparent"
        aria-label={label}
        onClick={onPress}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

function troubleOf(state: FootageState, error: ErrorWords | undefined): string | undefined {
  if (error !== undefined) {
    return error.message;
  }
  if (state.kind === "unsupported") {
    return `This browser does not play ${codecName(state.codec)}.`;
  }
  return state.kind === "failed" ? state.reason : undefined;
}
