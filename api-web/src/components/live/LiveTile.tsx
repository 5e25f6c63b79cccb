/**
 * One camera live: the picture, its name and state, and the words in its place while there is none.
 *
 * Not here: asking the server where the stream is (`pages/LiveCamera`) and recovery (`livePlayer`).
 */
import { ActionIcon, Tooltip } from "@mantine/core";
import {
  IconArrowsMaximize,
  IconArrowsMinimize,
  IconInfoCircle,
  IconMaximize,
  IconMinimize,
  IconVolume,
  IconVolumeOff,
} from "@tabler/icons-react";
import { useRef } from "react";
import { Link } from "react-router";
import { type Camera, CameraState } from "../../gen/ronin/v1/camera_pb";
import { useNow } from "../../lib/useNow";
import type { LiveHub } from "../../live/liveHub";
import type { LiveSource } from "../../live/livePlayer";
import { cssTransform } from "../../live/magnification";
import { type TileAction, tileState, tileWords } from "../../live/tileWords";
import { useLivePlayer } from "../../live/useLivePlayer";
import { StateBadge } from "../cameras/StateBadge";
import { BoxLayer } from "../detect/BoxLayer";
import { BoxTool } from "../detect/BoxTool";
import type { LiveBoxes } from "../detect/liveBoxes";
import { EventChip } from "./EventChip";
import { Latency } from "./Latency";
import classes from "./LiveTile.module.css";
import { MagnifierTools } from "./MagnifierTools";
import { SnapshotTool } from "./SnapshotTool";
import { TilePlaceholder } from "./TilePlaceholder";
import { TileTool } from "./TileTool";
import { useMagnifier } from "./useMagnifier";

interface Props {
  camera: Camera;
  /** Where the stream is; undefined while the camera does not stream. */
  source: LiveSource | undefined;
  /** Why the server did not say where the stream is. */
  streamError?: string | undefined;
  /** Where pictures come one by one. */
  hub: LiveHub;
  /** Whether the server answers; a player that gave up tries again when it does so anew. */
  isServerThere: boolean;
  /** Whether the stream carries sound. */
  hasSound: boolean;
  isAudible: boolean;
  onAudible: (isAudible: boolean) => void;
  /** Zooms to this camera or back; undefined where there is nothing to zoom, nor to magnify. */
  onZoom?: (() => void) | undefined;
  isZoomed?: boolean;
  /** Shows this camera in full screen or leaves that; undefined where there is none. */
  onFullScreen?: (() => void) | undefined;
  isFullScreen?: boolean;
  /** Where more about the camera is shown. */
  detailPath?: string;
  /** What the detector sees; undefined where that is not shown. */
  boxes?: LiveBoxes | undefined;
  /** Classes of the events that go on. */
  eventLabels?: readonly string[] | undefined;
  /** Small tiles leave out what does not fit. */
  isCompact?: boolean;
  /** Player actions are done here; the others are the caller's. */
  onAction: (action: TileAction) => void;
}

export function LiveTile(props: Props) {
  const { camera, source, streamError, hub, isServerThere, hasSound, isAudible } = props;
  const { onAudible, onZoom, isZoomed = false, detailPath, isCompact = false, onAction } = props;
  const { onFullScreen, isFullScreen = false, boxes } = props;
  const { eventLabels = [] } = props;
  const first = useRef<HTMLVideoElement>(null);
  const second = useRef<HTMLVideoElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const isMagnifiable = isZoomed && onZoom !== undefined;
  const player = useLivePlayer(first, second, source, { isServerThere, hub });
  const video = player.front === 0 ? first : second;
  const magnifier = useMagnifier(frame, () => pictureSize(video.current), isMagnifiable);
  const isWaiting = camera.status?.state === CameraState.BACKOFF;
  const now = useNow(1_000, isWaiting);
  const words = tileWords(camera, player.state, streamError, now);
  const name = camera.displayName || camera.id;

  const act = (action: TileAction) => {
    if (action === "resume") {
      player.resume();
    } else if (action === "reconnect" && streamError === undefined) {
      player.reconnect();
    } else {
      onAction(action);
    }
  };

  const fullScreenTool = onFullScreen && (
    <TileTool
      label={isFullScreen && isZoomed ? "Leave full screen" : `Full screen of ${name}`}
      {...(isZoomed && { keys: "f" })}
      onClick={onFullScreen}
    >
      {isFullScreen && isZoomed ? <IconMinimize size={18} /> : <IconMaximize size={18} />}
    </TileTool>
  );

  const boxTool = isZoomed && boxes?.onShown && (
    <BoxTool isShown={boxes.isShown} onShown={boxes.onShown} hasKey={isMagnifiable} />
  );

  return (
    <section className={classes.tile} aria-label={name} data-compact={isCompact || undefined}>
      <div
        ref={frame}
        className={classes.frame}
        data-magnifiable={isMagnifiable || undefined}
        data-magnified={magnifier.isMagnified || undefined}
        {...magnifier.handlers}
      >
        {[first, second].map((ref, side) => (
          <video
            key={side === 0 ? "first" : "second"}
            ref={ref}
            className={classes.video}
            style={magnifier.isMagnified ? { transform: cssTransform(magnifier.view) } : {}}
            muted={!isAudible || ref !== video}
            playsInline
            disablePictureInPicture
            {...(ref === video
              ? { "aria-label": `Live picture of ${name}`, "data-camera": camera.id }
              : { "aria-hidden": true })}
          />
        ))}
        {boxes?.isShown && words === undefined && (
          <BoxLayer
            {...boxes}
            frame={frame}
            video={video}
            view={magnifier.view}
            shownMs={player.shownMs}
          />
        )}
        {onZoom && !magnifier.isMagnified && (
          <button
            type="button"
            className={classes.hit}
            aria-label={isZoomed ? `Back from ${name} to all cameras` : `Zoom to ${name}`}
            onClick={onZoom}
          />
        )}
      </div>
      {words && <TilePlaceholder words={words} onAction={act} />}
      {eventLabels.length > 0 && <EventChip labels={eventLabels} />}
      {isMagnifiable && (
        <div className={classes.pictureTools}>
          <MagnifierTools magnifier={magnifier} />
          {boxTool}
          <SnapshotTool video={video} cameraId={camera.id} latencySeconds={player.latencySeconds} />
          {fullScreenTool}
        </div>
      )}
      <div className={classes.bar}>
        <StateBadge words={tileState(camera, words)} size={isCompact ? "xs" : "sm"} onPicture />
        <span className={classes.name}>{name}</span>
        <span className={classes.spacer} />
        {!words && isZoomed && <Latency seconds={player.latencySeconds} mode={player.mode} />}
        <span className={classes.tools}>
          {hasSound && !words && (
            <TileTool
              label={isAudible ? `Mute ${name}` : `Unmute ${name}`}
              isPressed={isAudible}
              onClick={() => onAudible(!isAudible)}
            >
              {isAudible ? <IconVolume size={18} /> : <IconVolumeOff size={18} />}
            </TileTool>
          )}
          {!isMagnifiable && boxTool}
          {!isMagnifiable && fullScreenTool}
          {detailPath && (
            <Tooltip label="Details">
              <ActionIcon
                component={Link}
                to={detailPath}
                className={classes.tool}
                variant="transparent"
                aria-label={`Details of ${name}`}
              >
                <IconInfoCircle size={18} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
          {onZoom && !magnifier.isMagnified && (
            <span className={classes.zoomHint} aria-hidden="true">
              {isZoomed ? <IconArrowsMinimize size={18} /> : <IconArrowsMaximize size={18} />}
            </span>
          )}
        </span>
      </div>
    </section>
  );
}

function pictureSize(video: HTMLVideoElement | null) {
  return { width: video?.videoWidth ?? 0, height: video?.videoHeight ?? 0 };
}
