/** One event: its picture and its footage, where the object was, and why it is an event. */
import { Alert, Anchor, Badge, Button, Grid, Group, Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import {
  IconChartLine,
  IconCircle,
  IconCircleCheck,
  IconEyeOff,
  IconHelpCircle,
  IconInfoCircle,
  IconMapPin,
  IconMovie,
  IconPhoto,
  IconTimeline,
} from "@tabler/icons-react";
import { useRef } from "react";
import { Link, useHref, useLocation, useNavigate, useParams } from "react-router";
import { useCameraNames } from "../api/cameras";
import { useEventWatch } from "../api/EventWatchProvider";
import { asSentence, describeError, isMissing } from "../api/errors";
import { eventPicture, useEvent, useExplanation } from "../api/events";
import { EmptyState } from "../components/EmptyState";
import { ErrorNotice } from "../components/ErrorNotice";
import { EventPicture } from "../components/events/EventPicture";
import { Explanation } from "../components/events/Explanation";
import { ScoreChart } from "../components/events/ScoreChart";
import { ZoneVisits } from "../components/events/ZoneVisits";
import { type Fact, Facts } from "../components/Facts";
import { Loading } from "../components/Loading";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { ShareLink } from "../components/recordings/ShareLink";
import { type Event, EventState } from "../gen/ronin/v1/event_pb";
import { EVENT_KEYS } from "../lib/eventKeys";
import {
  cameraIdOf,
  eventCamera,
  eventFootagePath,
  eventLength,
  eventSpan,
  eventWords,
  hasReview,
  labelWords,
  scoreWords,
} from "../lib/events";
import { keyHandlers } from "../lib/keys";
import { notifyDone } from "../lib/notify";
import { dateTime } from "../lib/time";
import { useKeys } from "../lib/useKeys";
import { EventClip } from "./EventClip";
import { useEventMarks } from "./useEventMarks";

export function EventPage() {
  const { id = "" } = useParams();
  useEventWatch();
  const back = useBack(id);
  const names = useCameraNames();
  const { data, isPending, error, refetch } = useEvent(id);
  const event = data?.event;
  useDocumentTitle(`${event ? eventWords(event, names) : "Event"} · RoninNVR`);

  if (isPending) {
    return <Loading>Loading the event</Loading>;
  }
  if (event !== undefined) {
    return <EventDetails key={event.name} event={event} back={back} />;
  }
  return error && !isMissing(error) ? (
    <ErrorNotice words={describeError(error)} onRetry={() => void refetch()} />
  ) : (
    <EmptyState
      icon={<IconEyeOff size={34} stroke={1.5} />}
      title="There is no such event"
      action={
        <Button component={Link} to={back.to}>
          All events
        </Button>
      }
    >
      It is gone with its footage, or the address is not right.
    </EmptyState>
  );
}

interface Back {
  to: string;
  state: { event: string };
}

/** The list that the event was opened from. */
function useBack(id: string): Back {
  const { list } = (useLocation().state ?? {}) as { list?: string };
  return { to: list ? `/events?${list}` : "/events", state: { event: `events/${id}` } };
}

function EventDetails({ event, back }: { event: Event; back: Back }) {
  const id = event.name.replace("events/", "");
  const names = useCameraNames();
  const navigate = useNavigate();
  const href = useHref({ search: "" });
  const explanation = useExplanation(id);
  const { toggle } = useEventMarks();
  const why = useRef<HTMLHeadingElement>(null);
  const path = explanation.data?.event?.path ?? event.path;
  const isRejected = event.state === EventState.REJECTED;
  useKeys(
    keyHandlers(EVENT_KEYS, {
      review: () => toggle(event),
      why: () => {
        why.current?.scrollIntoView({ block: "nearest" });
        why.current?.focus();
      },
      close: () => void navigate(back.to, { state: back.state }),
    }),
  );

  return (
    <>
      <PageHeader
        back={{ to: back.to, label: "Events", state: back.state }}
        title={`${labelWords(event.label)} at ${eventCamera(event, names)}`}
        description={`${dateTime(eventSpan(event).startMs)}, ${eventLength(event)}`}
        actions={
          <>
            {hasReview(event) && (
              <Button
                size="xs"
                variant="default"
                leftSection={
                  event.reviewed ? (
                    <IconCircleCheck size={16} aria-hidden />
                  ) : (
                    <IconCircle size={16} aria-hidden />
                  )
                }
                aria-pressed={event.reviewed}
                onClick={() => toggle(event)}
              >
                Reviewed
              </Button>
            )}
            <Button
              size="xs"
              variant="default"
              component={Link}
              to={eventFootagePath(event)}
              leftSection={<IconTimeline size={16} aria-hidden />}
            >
              Show on the timeline
            </Button>
            <ShareLink
              text="Share link"
              label="Link to this event"
              makeLink={() => new URL(href, window.location.origin).href}
              onCopied={() => notifyDone("The link to this event is copied.")}
            />
          </>
        }
      />
      {isRejected && (
        <Alert color="yellow" title="It made no event" mb="md">
          {asSentence(event.rejection || "The server does not say why")}
        </Alert>
      )}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 8 }}>
          <Stack gap="md">
            <Panel title="Picture" icon={<IconPhoto size={18} />}>
              <EventPicture
                src={eventPicture(event)}
                alt={`${labelWords(event.label)} where it was seen best`}
                box={event.best}
                path={path}
              />
              {path.length > 1 && (
                <Text size="xs" c="dimmed" mt={4}>
                  The box is where it was seen best, the line its way over the ground.
                </Text>
              )}
            </Panel>
            <Panel title="Footage" icon={<IconMovie size={18} />}>
              <EventClip event={event} path={path} />
            </Panel>
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 4 }}>
          <Stack gap="md">
            <Panel title="What happened" icon={<IconInfoCircle size={18} />}>
              <Facts facts={factsOf(event, names)} />
            </Panel>
            <Panel title="Zones" icon={<IconMapPin size={18} />}>
              <ZoneVisits zones={event.zones} />
            </Panel>
            <Panel title="Score" icon={<IconChartLine size={18} />}>
              <ScoreChart path={path} least={explanation.data?.rule?.minScore} />
            </Panel>
            <Panel title="Why" icon={<IconHelpCircle size={18} />} headingRef={why}>
              {explanation.isPending && <Loading>Asking why</Loading>}
              {explanation.error && !explanation.data && (
                <ErrorNotice
                  words={describeError(explanation.error)}
                  onRetry={() => void explanation.refetch()}
                />
              )}
              {explanation.data && <Explanation explanation={explanation.data} isAlone={false} />}
            </Panel>
          </Stack>
        </Grid.Col>
      </Grid>
    </>
  );
}

function factsOf(event: Event, names: ReadonlyMap<string, string>): Fact[] {
  const { startMs, endMs } = eventSpan(event);
  const isOpen = event.state === EventState.OPEN;
  const camera = eventCamera(event, names);
  return [
    { label: "What", value: labelWords(event.label) },
    {
      label: "Camera",
      value: names.has(event.camera) ? (
        <Anchor component={Link} to={`/cameras/${cameraIdOf(event.camera)}`} size="sm">
          {camera}
        </Anchor>
      ) : (
        camera
      ),
    },
    { label: "First seen", value: dateTime(startMs) },
    {
      label: isOpen ? "Last seen so far" : "Last seen",
      value: (
        <Group gap={6} justify="flex-end" component="span">
          {dateTime(endMs)}
          {isOpen && (
            <Badge color="teal" variant="light" c="var(--mantine-color-text)" component="span">
              Going on
            </Badge>
          )}
        </Group>
      ),
    },
    { label: "Highest score", value: scoreWords(event.score) },
    { label: "Track", value: String(event.trackId) },
  ];
}
