/** The timeline of the footage page, with what plays on it. */
import { FootageTimeline } from "../components/recordings/FootageTimeline";
import { useWallMs } from "../components/recordings/useSynced";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import type { DayCoverage, Span } from "../lib/timelineSpans";
import type { Scrubber } from "../live/scrubber";
import type { SyncedFootage } from "../live/syncedFootage";

/** As often as it is drawn while it plays. */
const PLAYHEAD_MS = 250;

interface Props {
  cameras: readonly Camera[];
  days: ReadonlyMap<string, DayCoverage>;
  day: Span;
  nowMs: number;
  askedMs: number | undefined;
  lead: string;
  synced: SyncedFootage;
  scrubber: Scrubber;
  onPlay: (ms: number) => void;
  chosen: Span | undefined;
  onChoose: (span: Span) => void;
}

export function FootageRows({ cameras, days, synced, ...rest }: Props) {
  const playheadMs = useWallMs(synced, PLAYHEAD_MS);
  const { day } = rest;
  return (
    <FootageTimeline
      {...rest}
      cameras={cameras.map(({ id, displayName }) => ({ id, name: displayName, day: days.get(id) }))}
      playheadMs={playheadMs >= day.startMs && playheadMs < day.endMs ? playheadMs : undefined}
    />
  );
}
