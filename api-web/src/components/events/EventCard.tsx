/** One event in a list: its picture, what came, where and when, and what can be done with it. */
import { ActionIcon, Badge, Group, Text, Tooltip } from "@mantine/core";
import { IconCircle, IconCircleCheck, IconHelpCircle } from "@tabler/icons-react";
import { memo } from "react";
import { Link } from "react-router";
import { asSentence } from "../../api/errors";
import { type Event, EventState } from "../../gen/ronin/v1/event_pb";
import {
  eventLength,
  eventPath,
  eventSpan,
  hasReview,
  labelWords,
  scoreWords,
  zoneWords,
} from "../../lib/events";
import { dateTime } from "../../lib/time";
import classes from "./EventList.module.css";
import { EventPicture } from "./EventPicture";

interface Props {
  event: Event;
  /** What people call its camera. */
  camera: string;
  picture: string;
  /** What the page of the event is told of where it was opened. */
  state?: unknown;
  /** Whether keys that name no event are about this one. */
  isCurrent: boolean;
  onFocus: (event: Event) => void;
  onReview: (event: Event) => void;
  onWhy: (event: Event) => void;
}

export const EventCard = memo(function EventCard(props: Props) {
  const { event, camera, picture, state, isCurrent, onFocus, onReview, onWhy } = props;
  const label = labelWords(event.label);
  const { startMs } = eventSpan(event);
  const zones = zoneWords(event.zones);
  const isOpen = event.state === EventState.OPEN;
  const words = `${label} at ${camera}, ${dateTime(startMs)}`;
  return (
    <li
      className={classes.card}
      data-reviewed={event.reviewed || undefined}
      data-current={isCurrent || undefined}
    >
      <EventPicture src={picture} alt="" box={event.best} isLazy />
      <div className={classes.words}>
        <Group justify="space-between" gap={6} wrap="nowrap" align="baseline">
          <Link
            to={eventPath(event.name)}
            state={state}
            className={classes.link}
            data-event={event.name}
            aria-label={words}
            onFocus={() => onFocus(event)}
          >
            {label}
          </Link>
          <Text span size="sm" style={{ fontVariantNumeric: "tabular-nums", flexShrink: 0 }}>
            {scoreWords(event.score)}
          </Text>
        </Group>
        <Text size="sm" truncate>
          {camera}
        </Text>
        <Text size="xs" c="dimmed" style={{ fontVariantNumeric: "tabular-nums" }}>
          <time dateTime={new Date(startMs).toISOString()}>{dateTime(startMs)}</time>
          {`, ${eventLength(event)}`}
        </Text>
        {zones.length > 0 && (
          <Text size="xs" style={{ overflowWrap: "anywhere" }}>
            {zones.join(", ")}
          </Text>
        )}
        {event.rejection !== "" && (
          <Text size="xs" style={{ overflowWrap: "anywhere" }}>
            {asSentence(event.rejection)}
          </Text>
        )}
        <Group gap={4} mt="auto" pt={4} mih={30} wrap="nowrap">
          {isOpen && (
            <Badge color="teal" variant="light" c="var(--mantine-color-text)">
              Going on
            </Badge>
          )}
          {event.state === EventState.REJECTED && (
            <Badge color="gray" variant="light" c="var(--mantine-color-text)">
              No event
            </Badge>
          )}
          {event.reviewed && hasReview(event) && (
            <Text span size="xs" c="dimmed">
              Reviewed
            </Text>
          )}
          <span className={classes.spacer} />
          {hasReview(event) && (
            <Tooltip label={event.reviewed ? "Mark as not reviewed" : "Mark as reviewed"}>
              <ActionIcon
                variant="subtle"
                color="gray"
                className={classes.tool ?? ""}
                aria-label={`Reviewed: ${words}`}
                aria-pressed={event.reviewed}
                onClick={() => onReview(event)}
              >
                {event.reviewed ? <IconCircleCheck size={18} /> : <IconCircle size={18} />}
              </ActionIcon>
            </Tooltip>
          )}
          <Tooltip label="Why">
            <ActionIcon
              variant="subtle"
              color="gray"
              className={classes.tool ?? ""}
              aria-label={`Why: ${words}`}
              onClick={() => onWhy(event)}
            >
              <IconHelpCircle size={18} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </div>
    </li>
  );
});
