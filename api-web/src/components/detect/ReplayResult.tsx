/** What a replay did, and how that differs from what was recorded. */
import { Anchor, Button, Group, List, Progress, Stack, Text, Title } from "@mantine/core";
import { IconPlayerStop } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { asSentence } from "../../api/errors";
import { type Replay, ReplayState } from "../../gen/ronin/v1/detection_pb";
import type { Event } from "../../gen/ronin/v1/event_pb";
import {
  eventFootagePath,
  eventLength,
  eventSpan,
  labelWords,
  scoreWords,
  zoneWords,
} from "../../lib/events";
import { isRunning, newEvents, replayStateWords, replayWorkWords } from "../../lib/replays";
import { dateTime, timestampMs } from "../../lib/time";
import { count } from "../../lib/units";

/** More than this nobody reads; the number is said. */
const LISTED = 50;

interface Props {
  replay: Replay;
  isStopping: boolean;
  /** Undefined where the person may not. */
  onStop: (() => void) | undefined;
  /** An event that was recorded and not made again, by its name. */
  renderMissing: (name: string) => ReactNode;
}

export function ReplayResult({ replay, isStopping, onStop, renderMissing }: Props) {
  const goesOn = isRunning(replay);
  const isCompared = replay.state === ReplayState.SUCCEEDED;
  return (
    <Stack gap="sm" role="group" aria-label="Replay">
      <Group gap="xs" justify="space-between">
        <Text size="sm" fw={600} role="status">
          {replayStateWords(replay)}
          {replay.state === ReplayState.RUNNING && ` (${Math.floor(replay.progressPercent)} %)`}
        </Text>
        {goesOn && onStop && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlayerStop size={15} aria-hidden />}
            loading={isStopping}
            onClick={onStop}
          >
            Stop it
          </Button>
        )}
      </Group>
      {goesOn && (
        <Progress
          value={replay.progressPercent}
          aria-label="How much of the footage is done"
          animated={replay.state === ReplayState.RUNNING}
        />
      )}
      <Text size="sm" c="dimmed">
        {spanWords(replay)} {replay.model !== "" && `Model ${replay.model}. `}
        {replay.pictures > 0n && replayWorkWords(replay)}
      </Text>
      {replay.message !== "" && <Text size="sm">{asSentence(replay.message)}</Text>}
      {isCompared && <Difference replay={replay} renderMissing={renderMissing} />}
    </Stack>
  );
}

function Difference({ replay, renderMissing }: Pick<Props, "replay" | "renderMissing">) {
  const { eventsSame, eventsMissing } = replay;
  const fresh = newEvents(replay);
  const isSame = fresh.length === 0 && eventsMissing.length === 0;
  return (
    <Stack gap="sm">
      <Text size="sm">
        {isSame && eventsSame === 0 && "No event, neither then nor now."}
        {isSame && eventsSame > 0 && `The same as recorded: ${eventsWords(eventsSame)}.`}
        {!isSame &&
          `${eventsWords(eventsSame)} as recorded, ${count(fresh.length)} new, ${count(eventsMissing.length)} missing.`}
      </Text>
      {fresh.length > 0 && (
        <Events title="New: these settings make an event of it">
          {fresh.slice(0, LISTED).map((event, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: events of a replay have no names.
            <List.Item key={index}>
              <NewEvent event={event} />
            </List.Item>
          ))}
          <More of={fresh.length} />
        </Events>
      )}
      {eventsMissing.length > 0 && (
        <Events title="Missing: recorded, and no event with these settings">
          {eventsMissing.slice(0, LISTED).map((name) => (
            <List.Item key={name}>{renderMissing(name)}</List.Item>
          ))}
          <More of={eventsMissing.length} />
        </Events>
      )}
    </Stack>
  );
}

function Events({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <Title order={3} size="h6" mb={4}>
        {title}
      </Title>
      <List size="sm" spacing={4} aria-label={title}>
        {children}
      </List>
    </div>
  );
}

function More({ of }: { of: number }) {
  return of > LISTED ? <List.Item>and {count(of - LISTED)} more</List.Item> : null;
}

/** An event that there is only in the replay: its footage is all that can be shown. */
function NewEvent({ event }: { event: Event }) {
  return (
    <Anchor component={Link} to={eventFootagePath(event)} size="sm">
      {replayEventWords(event)}
    </Anchor>
  );
}

/** "Person, 87 %, 22 Nov 2026, 14:05:09, 12 s, in Porch" */
export function replayEventWords(event: Event): string {
  const zones = zoneWords(event.zones);
  return [
    labelWords(event.label),
    scoreWords(event.score),
    dateTime(eventSpan(event).startMs),
    eventLength(event),
    ...(zones.length > 0 ? [`in ${zones.join(" and ")}`] : []),
  ].join(", ");
}

function eventsWords(number: number): string {
  return number === 1 ? "1 event" : `${count(number)} events`;
}

function spanWords({ startTime, endTime }: Replay): string {
  return `${dateTime(timestampMs(startTime) ?? 0)} to ${dateTime(timestampMs(endTime) ?? 0)}.`;
}
