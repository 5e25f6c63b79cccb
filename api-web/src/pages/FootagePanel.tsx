/** The timeline of the footage page, a time to go to, and a span to download. */
import { Button, Group, Stack } from "@mantine/core";
import { IconDownload, IconTimeline } from "@tabler/icons-react";
import { ErrorNotice } from "../components/ErrorNotice";
import { Panel } from "../components/Panel";
import { type DayEvent, DayEvents } from "../components/recordings/DayEvents";
import { GoToTime } from "../components/recordings/GoToTime";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { entryMs } from "../lib/eventMarks";
import { clockTime, MINUTE_MS, SECOND_MS } from "../lib/time";
import { isPlayable, type Span, together } from "../lib/timelineSpans";
import type { Scrubber } from "../live/scrubber";
import type { SyncedFootage } from "../live/syncedFootage";
import { FootageRows } from "./FootageRows";
import { SpanDownload } from "./SpanDownload";
import type { Days } from "./useDays";
import type { FootageAddress } from "./useFootageAddress";

interface Props {
  cameras: readonly Camera[];
  footage: Days;
  address: FootageAddress;
  nowMs: number;
  /** The camera whose picture stands for all, by id. */
  lead: string;
  synced: SyncedFootage;
  scrubber: Scrubber;
  /** Plays a moment. */
  onGo: (ms: number) => void;
}

export function FootagePanel(props: Props) {
  const { cameras, footage, address, nowMs, lead, synced, scrubber, onGo } = props;
  const { days, isComplete } = footage;
  const { day, atMs, chosen, onChoose } = address;
  const go = (ms: number) => {
    const isOnDay = ms >= day.startMs && ms < day.endMs;
    if (isOnDay && isComplete && !isPlayable(together([...days.values()], day), ms)) {
      return `None of these cameras has footage of ${clockTime(ms)}.`;
    }
    onGo(ms);
    return undefined;
  };

  return (
    <Panel
      title="Timeline"
      icon={<IconTimeline size={18} />}
      aside={
        chosen === undefined && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconDownload size={15} aria-hidden />}
            onClick={() => onChoose(around(synced.view().wallMs, day))}
          >
            Download a span
          </Button>
        )
      }
    >
      <Stack gap="sm">
        <Group>
          <GoToTime dayMs={day.startMs} onGo={go} />
        </Group>
        {footage.error !== undefined && (
          <ErrorNotice words={footage.error} onRetry={footage.refetch} />
        )}
        <FootageRows
          cameras={cameras}
          days={days}
          day={day}
          nowMs={nowMs}
          askedMs={atMs}
          lead={lead}
          synced={synced}
          scrubber={scrubber}
          onPlay={onGo}
          chosen={chosen}
          onChoose={onChoose}
        />
        <DayEvents
          key={day.startMs}
          events={eventsOf(cameras, days)}
          onPlay={(event) => onGo(entryMs(event, together([...days.values()], day)))}
        />
        {chosen && (
          <SpanDownload
            cameras={cameras}
            span={chosen}
            day={day}
            onSpan={onChoose}
            onCancel={() => onChoose(undefined)}
          />
        )}
      </Stack>
    </Panel>
  );
}

/** The events of all cameras, in order, each with the name of its camera. */
function eventsOf(cameras: readonly Camera[], days: Days["days"]): DayEvent[] {
  return cameras
    .flatMap(({ id, displayName }) =>
      (days.get(id)?.events ?? []).map((event) => ({ ...event, camera: displayName })),
    )
    .sort((a, b) => a.startMs - b.startMs);
}

/** The span that choosing begins with. */
function around(ms: number, day: Span): Span {
  const middleMs = Math.round(ms / SECOND_MS) * SECOND_MS;
  return {
    startMs: Math.max(middleMs - MINUTE_MS, day.startMs),
    endMs: Math.min(middleMs + MINUTE_MS, day.endMs),
  };
}
