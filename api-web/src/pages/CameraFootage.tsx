/**
 * The footage of one camera on one day: coverage with gaps, its segments, any moment of it to play,
 * and spans to protect or to download. The day, the moment and the span are in the URL.
 */
import { Button, Group, Stack, Text } from "@mantine/core";
import {
  IconCalendarTime,
  IconDownload,
  IconLayoutGrid,
  IconSearch,
  IconShieldPlus,
} from "@tabler/icons-react";
import { type ReactNode, startTransition, useCallback, useMemo, useState } from "react";
import { Link } from "react-router";
import { useCameras } from "../api/cameras";
import { asSentence, describeError } from "../api/errors";
import { FollowSegments } from "../api/FollowSegments";
import { useProtectedSpans, useProtection } from "../api/protection";
import { useDaySegments, useDayTimeline } from "../api/recordings";
import { useRole } from "../api/role";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { Panel } from "../components/Panel";
import { CoverageBar } from "../components/recordings/CoverageBar";
import { CoverageWords } from "../components/recordings/CoverageWords";
import { DayEvents } from "../components/recordings/DayEvents";
import { DayPicker } from "../components/recordings/DayPicker";
import { GapList } from "../components/recordings/GapList";
import { GoToTime } from "../components/recordings/GoToTime";
import { ProtectForm } from "../components/recordings/ProtectForm";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { entryMs } from "../lib/eventMarks";
import { besides, footagePath } from "../lib/footagePath";
import { notifyDone } from "../lib/notify";
import { pictureMsAt } from "../lib/pictures";
import { clockTime, dayKey, MINUTE_MS, parseDayKey, SECOND_MS, timestampMs } from "../lib/time";
import { type DayCoverage, dayCoverage, playableSpans, type Span } from "../lib/timelineSpans";
import { bytes } from "../lib/units";
import { useNow } from "../lib/useNow";
import { CameraCalendar } from "./CameraCalendar";
import { CameraPlayback } from "./CameraPlayback";
import { CameraProtection } from "./CameraProtection";
import { CameraSegments } from "./CameraSegments";
import { MotionSearch } from "./MotionSearch";
import { SpanDownload } from "./SpanDownload";
import { useAskedMoment } from "./useAskedMoment";
import { useFootageAddress } from "./useFootageAddress";
import { useScrubber } from "./useScrubber";
import { useAskedStill } from "./useStill";

const REDRAW_MS = 15_000;

export function CameraFootage({ camera }: { camera: Camera }) {
  const now = useNow(REDRAW_MS);
  const { mayChangeFootage } = useRole();
  const address = useFootageAddress(now);
  const { day, atMs, chosen, onDay, onChoose } = address;
  const asked = useAskedMoment(atMs);
  const onMoment = (ms: number) => {
    asked.ask(ms);
    address.onMoment(ms);
  };
  const isToday = now >= day.startMs && now < day.endMs;
  const [wallMs, setWallMs] = useState<number>();
  // The player comes first: what goes along with it is drawn when there is time.
  const onWall = useCallback((ms: number) => startTransition(() => setWallMs(ms)), []);
  const [isSearching, setSearching] = useState(false);
  const segments = useDaySegments(camera.name, day, isToday);
  const timeline = useDayTimeline(camera.name, day, isToday);
  const protectedSpans = useProtectedSpans(camera.name).spans;
  const { protect } = useProtection();
  const first = timeline.data?.timelines[0];
  const coverage = useMemo(
    () => first && dayCoverage(first, { startMs: day.startMs, endMs: day.endMs }, now),
    [first, day.startMs, day.endMs, now],
  );
  const days = useMemo(
    () => new Map(coverage ? [[camera.id, coverage] as const] : []),
    [camera.id, coverage],
  );
  const scrubber = useScrubber(days);
  const still = useAskedStill(camera.id, asked, coverage);
  const pictureMs = useMemo(
    () => pictureMsAt(segments.segments ?? [], atMs ?? now),
    [segments.segments, atMs, now],
  );
  const others = besides(camera.id, useCameras().cameras ?? []);
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

  const choose = () => coverage && onChoose(firstChoice(coverage, playheadMs));
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
                cameras={[camera.name]}
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
          <CameraPlayback
            key={camera.name}
            camera={camera}
            address={address}
            atMs={atMs}
            asked={asked}
            onMoment={onMoment}
            coverage={coverage}
            pictureMs={pictureMs}
            isToday={isToday}
            scrubber={scrubber}
            still={still}
            onWall={onWall}
          />
        )}
        <Group mb="sm" justify="space-between" align="flex-end" gap="xs">
          <GoToTime dayMs={day.startMs} onGo={onGo} />
          <Button
            size="xs"
            variant="default"
            leftSection={<IconSearch size={15} aria-hidden />}
            onClick={() => setSearching(true)}
          >
            Search motion
          </Button>
          {others.length > 1 && (
            <Button
              size="xs"
              variant="default"
              component={Link}
              to={footagePath(others, playheadMs ?? (isToday ? undefined : day))}
              leftSection={<IconLayoutGrid size={15} aria-hidden />}
            >
              With other cameras
            </Button>
          )}
        </Group>
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
              {chosen === undefined && (
                <Group gap="xs">
                  {mayChangeFootage && (
                    <SpanButton icon={<IconShieldPlus size={15} aria-hidden />} onPress={choose}>
                      Protect a span
                    </SpanButton>
                  )}
                  <SpanButton icon={<IconDownload size={15} aria-hidden />} onPress={choose}>
                    Download a span
                  </SpanButton>
                </Group>
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
              scrubber={scrubber}
              camera={camera.id}
            />
            {chosen && mayChangeFootage && (
              <ProtectForm
                span={chosen}
                onSpan={onChoose}
                onProtect={onProtect}
                onCancel={() => onChoose(undefined)}
              />
            )}
            {chosen && (
              <SpanDownload
                cameras={[camera]}
                span={chosen}
                day={day}
                onSpan={onChoose}
                {...(!mayChangeFootage && { onCancel: () => onChoose(undefined) })}
              />
            )}
            <DayEvents
              key={`events ${day.startMs}`}
              events={coverage.events}
              onPlay={(event) => onMoment(entryMs(event, coverage))}
            />
            <GapList
              key={day.startMs}
              gaps={coverage.gaps.filter(({ kind }) => kind !== "pending")}
            />
          </Stack>
        )}
      </Panel>
      {isSearching && (
        <MotionSearch
          key={camera.name}
          camera={camera}
          day={day}
          nowMs={now}
          pictureMs={playheadMs ?? lastPictureMs(coverage, now)}
          onGo={onMoment}
          onClose={() => setSearching(false)}
        />
      )}
      <CameraSegments list={segments} isToday={isToday} />
      <CameraProtection camera={camera.name} isEditable={mayChangeFootage} onMoment={onMoment} />
    </>
  );
}

/** The newest moment of the day of which there is surely a picture; what is written takes seconds. */
function lastPictureMs(coverage: DayCoverage | undefined, nowMs: number): number {
  const last = coverage && playableSpans(coverage).at(-1);
  return last ? Math.max(last.startMs, last.endMs - 5 * SECOND_MS) : nowMs;
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

interface SpanButtonProps {
  icon: ReactNode;
  onPress: () => void;
  children: string;
}

function SpanButton({ icon, onPress, children }: SpanButtonProps) {
  return (
    <Button size="compact-sm" variant="default" leftSection={icon} onClick={onPress}>
      {children}
    </Button>
  );
}

function seconds(ms: number): number {
  return Math.round(ms / SECOND_MS) * SECOND_MS;
}
