/** The player of the moment that the URL names, and what it asks for when that ends. */
import { Box } from "@mantine/core";
import { useMemo, useState } from "react";
import { describeError } from "../api/errors";
import { playbackSpan, usePlayback } from "../api/recordings";
import { FootagePlayer } from "../components/recordings/FootagePlayer";
import { ScrubPicture } from "../components/recordings/ScrubPicture";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { neighbourEvent, noEventWords } from "../lib/eventMarks";
import { notifyDone } from "../lib/notify";
import { dayOf, SECOND_MS } from "../lib/time";
import { type DayCoverage, isPlayable, playableSpans } from "../lib/timelineSpans";
import { playsH265 } from "../live/codecs";
import type { Scrubber } from "../live/scrubber";
import type { Still } from "../live/still";
import { type AskedMoment, useLatestMoment } from "./useAskedMoment";
import type { FootageAddress } from "./useFootageAddress";
import { useBoxesShown, useDrawBoxes } from "./useRecordedBoxes";

interface Props {
  camera: Camera;
  address: FootageAddress;
  /** The moment of the URL. */
  atMs: number;
  /** What is asked for that the URL does not have yet. */
  asked: AskedMoment;
  /** Plays another moment. */
  onMoment: (ms: number) => void;
  coverage: DayCoverage | undefined;
  pictureMs: number;
  isToday: boolean;
  /** While a moment is dragged to, its picture is shown in the player's place. */
  scrubber: Scrubber;
  /** Stands for what was asked for until the video shows it. */
  still: Still;
  onWall: (ms: number) => void;
}

export function CameraPlayback(props: Props) {
  const { camera, address, coverage, pictureMs, isToday, scrubber, onMoment, onWall } = props;
  const { day, onDay, linkTo } = address;
  const atMs = useLatestMoment(props.asked, props.atMs);
  /** Moments that were gone back to, before what was loaded. */
  const [earlier, setEarlier] = useState<ReadonlySet<number>>(new Set());
  const span = playbackSpan(atMs, dayOf(atMs), earlier.has(atMs) ? "some" : "none");
  const playback = usePlayback(camera.name, span, !playsH265());
  const boxes = { ...useBoxesShown(), draw: useDrawBoxes(camera.name) };
  const { hlsPath, multivariantPath, codecs } = playback.data ?? {};
  const source = useMemo(
    () =>
      hlsPath
        ? { url: hlsPath, nativeUrl: multivariantPath || hlsPath, codecs: codecs ?? [] }
        : undefined,
    [hlsPath, multivariantPath, codecs],
  );
  /** A playlist ends after a while; the footage goes on. */
  const onEnded = () => {
    const next = coverage && nextMoment(coverage, span.endMs);
    if (next !== undefined) {
      onMoment(next);
    }
  };
  const onEarlier = (ms: number) => {
    const previous = coverage ? previousMoment(coverage, ms) : ms;
    // The server has nothing more where the same moment is asked for again.
    if (previous === undefined || (previous === atMs && earlier.has(atMs))) {
      return undefined;
    }
    setEarlier((old) => new Set(old).add(previous));
    onMoment(previous);
    return previous;
  };
  const onEvent = (direction: 1 | -1, fromMs: number) => {
    if (coverage === undefined) {
      return;
    }
    const next = neighbourEvent(coverage, fromMs, direction);
    if (next === undefined) {
      notifyDone(noEventWords(direction));
    } else {
      onMoment(next);
    }
  };
  return (
    <Box mb="md">
      <FootagePlayer
        camera={camera.id}
        atMs={atMs}
        source={source}
        pictureMs={pictureMs}
        error={playback.error ? describeError(playback.error) : undefined}
        still={props.still}
        onWall={onWall}
        onEarlier={onEarlier}
        onEvent={onEvent}
        boxes={boxes}
        linkTo={linkTo}
        onEnded={onEnded}
        onRetry={() => void playback.refetch()}
        onClose={() => onDay(isToday ? undefined : day.startMs)}
      >
        <ScrubPicture scrubber={scrubber} camera={camera.id} />
      </FootagePlayer>
    </Box>
  );
}

/** Where playing goes on behind the end of a playlist; undefined where the day has nothing more. */
function nextMoment(coverage: DayCoverage, endMs: number): number | undefined {
  const next = playableSpans(coverage).find((span) => span.endMs > endMs + SECOND_MS);
  return next && Math.max(next.startMs, endMs);
}

/** The moment, or the last one before the gap that it lies in; undefined where there is none. */
function previousMoment(coverage: DayCoverage, ms: number): number | undefined {
  if (ms < coverage.startMs || isPlayable(coverage, ms)) {
    return ms;
  }
  const before = playableSpans(coverage).findLast((span) => span.endMs <= ms);
  return before && Math.max(before.startMs, before.endMs - SECOND_MS);
}
