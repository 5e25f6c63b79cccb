/** The footage that belongs to an event, to play on its page. */
import { useCallback, useMemo, useState } from "react";
import { describeError } from "../api/errors";
import { usePlayback } from "../api/recordings";
import { RecordedBoxLayer } from "../components/detect/RecordedBoxLayer";
import type { RecordedPlace } from "../components/detect/recordedBoxes";
import { FootagePlayer } from "../components/recordings/FootagePlayer";
import { type Event, EventState, type Moment } from "../gen/ronin/v1/event_pb";
import { EVENT_KEYS } from "../lib/eventKeys";
import { cameraIdOf, clipSpan } from "../lib/events";
import { cameraFootagePath } from "../lib/footagePath";
import { tracksOf } from "../lib/objectTracks";
import { MINUTE_MS, SECOND_MS } from "../lib/time";
import type { Span } from "../lib/timelineSpans";
import { playsH265 } from "../live/codecs";
import { useFirstStill } from "./useStill";

/** Where the browser does not say which pictures it shows. */
const PICTURE_MS = SECOND_MS / 25;
/** The footage of one that goes on is played so far; its playlist grows. */
const OPEN_MS = 10 * MINUTE_MS;
const KEY_GROUPS = [{ title: "Event", rows: Object.values(EVENT_KEYS) }];

/** `path` is where the object was. */
export function EventClip({ event, path }: { event: Event; path: readonly Moment[] }) {
  // An event that grows does not disturb a player that runs.
  const [span] = useState(() => spanOf(event));
  const playback = usePlayback(event.camera, span, !playsH265());
  const { hlsPath, multivariantPath, codecs } = playback.data ?? {};
  const camera = cameraIdOf(event.camera);
  const still = useFirstStill(camera, span.startMs);
  const source = useMemo(
    () =>
      hlsPath
        ? { url: hlsPath, nativeUrl: multivariantPath || hlsPath, codecs: codecs ?? [] }
        : undefined,
    [hlsPath, multivariantPath, codecs],
  );
  const [isShown, onShown] = useState(true);
  const tracks = useMemo(() => tracksOf([{ ...event, path: [...path] }]), [event, path]);
  const draw = useCallback(
    (place: RecordedPlace) => <RecordedBoxLayer tracks={tracks} {...place} />,
    [tracks],
  );
  return (
    <FootagePlayer
      camera={camera}
      atMs={span.startMs}
      source={source}
      pictureMs={PICTURE_MS}
      error={playback.error ? describeError(playback.error) : undefined}
      still={still}
      onWall={() => undefined}
      // What came before is on the timeline of the camera.
      onEarlier={() => undefined}
      linkTo={(ms) => new URL(cameraFootagePath(camera, ms), window.location.origin).href}
      onEnded={() => undefined}
      boxes={{ isShown, onShown, draw }}
      onRetry={() => void playback.refetch()}
      otherKeys={KEY_GROUPS}
      takesView={false}
    />
  );
}

function spanOf(event: Event): Span {
  const { startMs, endMs } = clipSpan(event);
  const isOpen = event.state === EventState.OPEN;
  return { startMs, endMs: isOpen ? startMs + OPEN_MS : Math.max(endMs, startMs + SECOND_MS) };
}
