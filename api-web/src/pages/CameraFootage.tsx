/**
 * The footage of one camera on one day: coverage with gaps, its segments, and
 * any moment of it to play. The day and the moment are in the URL.
 */
import { Box, Stack, Text } from "@mantine/core";
import { IconCalendarTime, IconMovie } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { describeError } from "../api/errors";
import { useDaySegments, useDayTimeline, usePlayback } from "../api/recordings";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { Panel } from "../components/Panel";
import { CoverageBar } from "../components/recordings/CoverageBar";
import { DayPicker } from "../components/recordings/DayPicker";
import { FootagePlayer } from "../components/recordings/FootagePlayer";
import { SegmentPlayer } from "../components/recordings/SegmentPlayer";
import { SegmentTable } from "../components/recordings/SegmentTable";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import type { Segment } from "../gen/ronin/v1/recording_pb";
import { dayKey, dayOf, parseDayKey, parseMoment } from "../lib/time";
import { type DayCoverage, dayCoverage, lostGaps } from "../lib/timelineSpans";
import { percent } from "../lib/units";
import { useNow } from "../lib/useNow";

const REDRAW_MS = 15_000;

/** Another day is no new page. */
const KEEP_SCROLL = { preventScrollReset: true };

export function CameraFootage({ camera }: { camera: Camera }) {
  const now = useNow(REDRAW_MS);
  const [params, setParams] = useSearchParams();
  const [playing, setPlaying] = useState<Segment>();
  const atMs = parseMoment(params.get("at"));
  const [wallMs, setWallMs] = useState<number>();
  const playback = usePlayback(camera.name, atMs);
  const { hlsPath, codecs } = playback.data ?? {};
  const source = useMemo(
    () => (hlsPath ? { url: hlsPath, codecs: codecs ?? [] } : undefined),
    [hlsPath, codecs],
  );
  const day = dayOf(atMs ?? parseDayKey(params.get("day")) ?? now);
  const isToday = now >= day.startMs && now < day.endMs;
  const timeline = useDayTimeline(camera.name, day, isToday);
  const list = useDaySegments(camera.name, day, isToday);
  const first = timeline.data?.timelines[0];
  const coverage = first && dayCoverage(first, day);

  const onDay = (dayMs: number | undefined) =>
    setParams((old) => {
      const next = new URLSearchParams(old);
      next.delete("at");
      if (dayMs === undefined) {
        next.delete("day");
      } else {
        next.set("day", dayKey(dayMs));
      }
      return next;
    }, KEEP_SCROLL);

  const onMoment = (ms: number) => {
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        next.delete("day");
        next.set("at", new Date(ms).toISOString());
        return next;
      },
      // The way back leads out of the player, not through all moments.
      { ...KEEP_SCROLL, replace: atMs !== undefined },
    );
  };
  const onClose = () => onDay(isToday ? undefined : day.startMs);

  return (
    <>
      <Panel
        title="Footage"
        icon={<IconCalendarTime size={18} />}
        aside={<DayPicker dayMs={day.startMs} nowMs={now} onDay={onDay} />}
      >
        {atMs !== undefined && (
          <Box mb="md">
            <FootagePlayer
              camera={camera.id}
              atMs={atMs}
              source={source}
              error={playback.error ? describeError(playback.error) : undefined}
              onWall={setWallMs}
              onMoment={onMoment}
              onRetry={() => void playback.refetch()}
              onClose={onClose}
            />
          </Box>
        )}
        {timeline.isPending && <Loading>Loading the timeline</Loading>}
        {!coverage && timeline.error && (
          <ErrorNotice
            words={describeError(timeline.error)}
            onRetry={() => void timeline.refetch()}
          />
        )}
        {coverage && (
          <Stack gap="xs">
            <Text size="sm">
              <CoverageWords coverage={coverage} isToday={isToday} />
            </Text>
            <CoverageBar
              day={coverage}
              nowMs={now}
              playheadMs={atMs === undefined ? undefined : (wallMs ?? atMs)}
              onPlay={onMoment}
            />
          </Stack>
        )}
      </Panel>
      <Panel title="Segments" icon={<IconMovie size={18} />}>
        {list.isPending && <Loading>Loading segments</Loading>}
        {!list.segments && list.error && (
          <ErrorNotice words={describeError(list.error)} onRetry={() => void list.refetch()} />
        )}
        {list.segments?.length === 0 && (
          <Text size="sm" c="dimmed">
            {isToday
              ? "No segment of today is finished yet. The one being written appears here when it ends."
              : "There is no footage of this day. The bar above says why."}
          </Text>
        )}
        {list.segments && list.segments.length > 0 && (
          <SegmentTable segments={list.segments} onPlay={setPlaying} />
        )}
      </Panel>
      <SegmentPlayer segment={playing} onClose={() => setPlaying(undefined)} />
    </>
  );
}

function CoverageWords({ coverage, isToday }: { coverage: DayCoverage; isToday: boolean }) {
  const lost = lostGaps(coverage).length;
  const isFirst =
    coverage.recorded.length === 0 && coverage.gaps.some((gap) => gap.kind === "pending");
  if (isFirst && lost === 0) {
    return <>Being recorded: the first file is not finished yet.</>;
  }
  return (
    <>
      <Text span fw={650}>
        {percent(coverage.coverage)}
      </Text>{" "}
      of the {isToday ? "day so far" : "day"} is on disk
      {lost > 0 && `, with ${lost === 1 ? "1 gap" : `${lost} gaps`}`}.
    </>
  );
}
