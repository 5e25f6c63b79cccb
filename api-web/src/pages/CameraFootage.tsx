/**
 * The footage of one camera on one day: coverage with gaps, its segments, any moment of it to play,
 * and spans to protect. The day, the moment and the span are in the URL.
 */
import { Box, Button, Group, Stack, Text } from "@mantine/core";
import { IconCalendarTime, IconMovie, IconShieldPlus } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { asSentence, describeError } from "../api/errors";
import { FollowSegments } from "../api/FollowSegments";
import { useProtectedSpans, useProtection } from "../api/protection";
import { playbackSpan, useDaySegments, useDayTimeline, usePlayback } from "../api/recordings";
import { useRole } from "../api/role";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { Panel } from "../components/Panel";
import { CoverageBar } from "../components/recordings/CoverageBar";
import { CoverageWords } from "../components/recordings/CoverageWords";
import { DayPicker } from "../components/recordings/DayPicker";
import { FootagePlayer } from "../components/recordings/FootagePlayer";
import { GapList } from "../components/recordings/GapList";
import { GoToTime } from "../components/recordings/GoToTime";
import { ProtectForm } from "../components/recordings/ProtectForm";
import { SegmentPlayer } from "../components/recordings/SegmentPlayer";
import { SegmentTable } from "../components/recordings/SegmentTable";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import type { Segment } from "../gen/ronin/v1/recording_pb";
import { notifyDone } from "../lib/notify";
import { pictureMsAt } from "../lib/pictures";
import { clockTime, dayKey, MINUTE_MS, parseDayKey, SECOND_MS, timestampMs } from "../lib/time";
import {
  type DayCoverage,
  dayCoverage,
  isPlayable,
  playableSpans,
  type Span,
} from "../lib/timelineSpans";
import { bytes } from "../lib/units";
import { useNow } from "../lib/useNow";
import { CameraCalendar } from "./CameraCalendar";
import { CameraProtection } from "./CameraProtection";
import { type FootageAddress, useFootageAddress } from "./useFootageAddress";

const REDRAW_MS = 15_000;

export function CameraFootage({ camera }: { camera: Camera }) {
  const now = useNow(REDRAW_MS);
  const { mayChangeFootage } = useRole();
  const address = useFootageAddress(now);
  const { day, atMs, chosen, onDay, onMoment, onChoose } = address;
  const isToday = now >= day.startMs && now < day.endMs;
  const [wallMs, setWallMs] = useState<number>();
  const segments = useDaySegments(camera.name, day, isToday);
  const timeline = useDayTimeline(camera.name, day, isToday);
  const protectedSpans = useProtectedSpans(camera.name).spans;
  const { protect } = useProtection();
  const first = timeline.data?.timelines[0];
  const coverage = first && dayCoverage(first, day, now);
  const playheadMs = atMs === undefined ? undefined : (wallMs ?? atMs);
  const kept = protectedSpans?.map(({ startTime, endTime }) => ({
    startMs: timestampMs(startTime) ?? 0,
    endMs: timestampMs(endTime) ?? 0,
  }));

  const onProtect = async (span: Span, note: string) => {
    const answer = await protect(camera.name, span, note);
    onChoose(undefined);
    notifyDone(`Protected: ${bytes(answer.span?.sizeBytes ?? 0n)} of footage stay.`);
  };

  const onGo = (ms: number) => {
    const gap = coverage?.gaps.find(
      ({ kind, startMs, endMs }) => kind !== "pending" && ms >= startMs && ms < endMs,
    );
    if (gap) {
      return `There is no footage of ${clockTime(ms)}: ${asSentence(gap.message || gap.cause)}`;
    }
    onMoment(ms);
    return undefined;
  };

  return (
    <>
      {isToday && (
        <FollowSegments key={`${camera.name} ${day.startMs}`} camera={camera.name} day={day} />
      )}
      <Panel
        title="Footage"
        icon={<IconCalendarTime size={18} />}
        aside={
          <DayPicker
            dayMs={day.startMs}
            nowMs={now}
            onDay={onDay}
            calendar={(close) => (
              <CameraCalendar
                camera={camera.name}
                dayMs={day.startMs}
                nowMs={now}
                onDay={(key) => {
                  close();
                  onDay(key === dayKey(now) ? undefined : parseDayKey(key));
                }}
              />
            )}
          />
        }
      >
        {atMs !== undefined && (
          <Playing
            key={camera.name}
            camera={camera}
            address={address}
            atMs={atMs}
            coverage={coverage}
            pictureMs={pictureMsAt(segments.segments ?? [], atMs)}
            isToday={isToday}
            onWall={setWallMs}
          />
        )}
        <Box mb="sm">
          <GoToTime dayMs={day.startMs} onGo={onGo} />
        </Box>
        {timeline.isPending && <Loading>Loading the timeline</Loading>}
        {!coverage && timeline.error && (
          <ErrorNotice
            words={describeError(timeline.error)}
            onRetry={() => void timeline.refetch()}
          />
        )}
        {coverage && (
          <Stack gap="sm">
            <Group justify="space-between" gap="xs">
              <Text size="sm">
                <CoverageWords coverage={coverage} isToday={isToday} />
              </Text>
              {mayChangeFootage && chosen === undefined && (
                <Button
                  size="compact-sm"
                  variant="default"
                  leftSection={<IconShieldPlus size={15} aria-hidden />}
                  onClick={() => onChoose(firstChoice(coverage, playheadMs))}
                >
                  Protect a span
                </Button>
              )}
            </Group>
            <CoverageBar
              day={coverage}
              nowMs={now}
              playheadMs={playheadMs}
              askedMs={atMs}
              onPlay={onMoment}
              kept={kept ?? []}
              chosen={chosen}
              onChoose={onChoose}
            />
            {chosen && (
              <ProtectForm
                span={chosen}
                onSpan={onChoose}
                onProtect={onProtect}
                onCancel={() => onChoose(undefined)}
              />
            )}
            <GapList
              key={day.startMs}
              gaps={coverage.gaps.filter(({ kind }) => kind !== "pending")}
            />
          </Stack>
        )}
      </Panel>
      <Segments list={segments} isToday={isToday} />
      <CameraProtection camera={camera.name} isEditable={mayChangeFootage} onMoment={onMoment} />
    </>
  );
}

interface PlayingProps {
  camera: Camera;
  address: FootageAddress;
  atMs: number;
  coverage: DayCoverage | undefined;
  pictureMs: number;
  isToday: boolean;
  onWall: (ms: number) => void;
}

/** The player of the moment that the URL names. */
function Playing(props: PlayingProps) {
  const { camera, address, atMs, coverage, pictureMs, isToday, onWall } = props;
  const { day, onDay, onMoment, linkTo } = address;
  /** Moments that were gone back to, before what was loaded. */
  const [earlier, setEarlier] = useState<ReadonlySet<number>>(new Set());
  const span = playbackSpan(atMs, day, earlier.has(atMs) ? "some" : "none");
  const playback = usePlayback(camera.name, span);
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
  return (
    <Box mb="md">
      <FootagePlayer
        camera={camera.id}
        atMs={atMs}
        source={source}
        pictureMs={pictureMs}
        error={playback.error ? describeError(playback.error) : undefined}
        onWall={onWall}
        onEarlier={onEarlier}
        linkTo={linkTo}
        onEnded={onEnded}
        onRetry={() => void playback.refetch()}
        onClose={() => onDay(isToday ? undefined : day.startMs)}
      />
    </Box>
  );
}

interface SegmentsProps {
  list: ReturnType<typeof useDaySegments>;
  isToday: boolean;
}

function Segments({ list, isToday }: SegmentsProps) {
  const [playing, setPlaying] = useState<Segment>();
  return (
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
      <SegmentPlayer segment={playing} onClose={() => setPlaying(undefined)} />
    </Panel>
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

/** The span that choosing begins with: around what plays, else the last minutes of the day. */
function firstChoice(coverage: DayCoverage, playheadMs: number | undefined): Span {
  const last = playableSpans(coverage).at(-1);
  const middleMs = playheadMs ?? (last ? last.endMs - 5 * MINUTE_MS : coverage.startMs);
  return {
    startMs: Math.max(seconds(middleMs - 5 * MINUTE_MS), coverage.startMs),
    endMs: Math.min(seconds(middleMs + 5 * MINUTE_MS), coverage.endMs),
  };
}

function seconds(ms: number): number {
  return Math.round(ms / SECOND_MS) * SECOND_MS;
}
