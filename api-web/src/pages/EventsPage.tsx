/** What happened in front of the cameras. Filters, and what is explained, are in the URL. */
import { Alert, Button, Center, Collapse, Stack, Text } from "@mantine/core";
import { useDisclosure, useDocumentTitle, useMediaQuery } from "@mantine/hooks";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useLocation, useNavigate, useSearchParams } from "react-router";
import { useCameraNames, useCameras } from "../api/cameras";
import { useEventWatch } from "../api/EventWatchProvider";
import { asSentence, describeError } from "../api/errors";
import { eventPicture, useDetector, useEventList } from "../api/events";
import { ErrorNotice } from "../components/ErrorNotice";
import { EventActions, Marked, NewEvents } from "../components/events/EventActions";
import { EventFilters } from "../components/events/EventFilters";
import { EventGrid } from "../components/events/EventGrid";
import { focusEvent, moveFocus } from "../components/events/eventFocus";
import { KeyHelp } from "../components/KeyHelp";
import { Loading } from "../components/Loading";
import { PageHeader } from "../components/PageHeader";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import type { Event } from "../gen/ronin/v1/event_pb";
import {
  EVERY_EVENT,
  type EventFilter,
  filterCount,
  parseEventFilter,
  withEventFilter,
} from "../lib/eventFilter";
import { EVENT_LIST_KEYS } from "../lib/eventKeys";
import { eventId, unreviewed } from "../lib/events";
import { keyHandlers } from "../lib/keys";
import { useKeys } from "../lib/useKeys";
import { useNow } from "../lib/useNow";
import { NoEvents } from "./NoEvents";
import { useEventMarks } from "./useEventMarks";
import { useHeldEvents } from "./useHeldEvents";
import { useReading } from "./useReading";
import { WhyDialog } from "./WhyDialog";

/** A change of the filter is no new page. */
const KEEP_SCROLL = { preventScrollReset: true, replace: true };
/** There the filters would fill the screen. */
const NARROW = "(max-width: 47.99em)";
const KEY_GROUPS = [{ title: "Events", rows: Object.values(EVENT_LIST_KEYS) }];

export function EventsPage() {
  useDocumentTitle("Events · RoninNVR");
  useEventWatch();
  const address = useEventsAddress();
  const { filter, key, why, state } = address;
  const { cameras = [] } = useCameras();
  const cameraNames = useCameraNames();
  const detector = useDetector();
  const now = useNow(60_000);
  const list = useEventList(filter);
  const box = useRef<HTMLDivElement>(null);
  const isReading = useReading(box) || why !== undefined;
  const { visible, held, showAll } = useHeldEvents({ events: list.events, key, isReading });
  const [current, setCurrent] = useState<string>();
  const { marks, mark, toggle, undo } = useEventMarks();
  const isNarrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false;
  const [isOpen, setOpen] = useState<boolean>();
  const isFiltersOpen = isOpen ?? !isNarrow;
  const [isHelpOpen, help] = useDisclosure();
  useReturn(box, visible !== undefined);

  const onFocus = useCallback((event: Event) => setCurrent(event.name), []);
  const onWhy = address.setWhy;
  const move = (step: number) => box.current && moveFocus(box.current, step, current);
  const withCurrent = (act: (event: Event) => void) => {
    const event = visible?.find(({ name }) => name === current);
    if (event !== undefined) {
      act(event);
    }
  };
  useKeys(
    keyHandlers(EVENT_LIST_KEYS, {
      next: () => move(1),
      previous: () => move(-1),
      review: () => withCurrent(toggle),
      undo,
      why: () => withCurrent(onWhy),
      help: help.open,
    }),
  );

  const left = unreviewed(visible ?? []);
  const labels = [...new Set([...(visible ?? []).map(({ label }) => label), ...detector.labels])];
  const onShowNew = () => {
    showAll();
    window.scrollTo({ top: 0 });
    // Whoever has the keyboard in the list goes on at its new beginning.
    (document.activeElement as HTMLElement | null)?.blur();
    setCurrent(undefined);
  };

  return (
    <>
      <PageHeader
        title="Events"
        description="Who and what came in front of the cameras."
        actions={
          <EventActions
            isFiltersOpen={isFiltersOpen}
            filters={filterCount(filter)}
            onFilters={() => setOpen(!isFiltersOpen)}
            unreviewed={filter.isRejected ? undefined : left.length}
            onMarkAll={() =>
              mark(
                left.map(({ name }) => name),
                true,
              )
            }
            onHelp={help.open}
          />
        }
      />
      <Stack gap="sm">
        <Collapse expanded={isFiltersOpen}>
          <EventFilters
            filter={filter}
            onFilter={address.setFilter}
            cameras={cameras.map(({ id, displayName }) => ({ value: id, label: displayName }))}
            labels={labels}
            zones={zonesOf(cameras, filter.cameras)}
            nowMs={now}
          />
        </Collapse>
        <Marked marks={marks} onUndo={undo} />
        {list.isPending && <Loading>Loading events</Loading>}
        {list.error && !visible && (
          <ErrorNotice words={describeError(list.error)} onRetry={() => void list.refetch()} />
        )}
        {visible && visible.length > 0 && detector.message !== "" && (
          <Alert color="yellow" title="Objects are not looked for now">
            {asSentence(detector.message)}
          </Alert>
        )}
        <NewEvents count={held} onShow={onShowNew} />
        <div ref={box}>
          {visible && visible.length > 0 && (
            <EventGrid
              label={filter.isRejected ? "Rejected, newest first" : "Events, newest first"}
              events={visible}
              cameraNames={cameraNames}
              pictureOf={eventPicture}
              state={state}
              current={current}
              onFocus={onFocus}
              onReview={toggle}
              onWhy={onWhy}
            />
          )}
        </div>
        {visible?.length === 0 && (
          <NoEvents
            isFiltered={filterCount(filter) > 0}
            hasCameras={cameras.length > 0}
            message={detector.message}
            onClear={() => address.setFilter(EVERY_EVENT)}
          />
        )}
        {list.isFetchNextPageError && <ErrorNotice words={describeError(list.error)} />}
        {visible && visible.length > 0 && (
          <Center>
            {list.hasNextPage ? (
              <Button
                variant="default"
                loading={list.isFetchingNextPage}
                onClick={() => void list.fetchNextPage()}
              >
                Older events
              </Button>
            ) : (
              <Text size="sm" c="dimmed">
                These are all.
              </Text>
            )}
          </Center>
        )}
      </Stack>
      <WhyDialog id={why} state={state} onClose={() => onWhy(undefined)} />
      <KeyHelp isOpen={isHelpOpen} groups={KEY_GROUPS} onClose={help.close} />
    </>
  );
}

/** What is shown, as the URL says it. */
function useEventsAddress() {
  const [params, setParams] = useSearchParams();
  const key = withEventFilter(new URLSearchParams(), parseEventFilter(params)).toString();
  const filter = useMemo(() => parseEventFilter(new URLSearchParams(key)), [key]);
  /** For the page of an event: the list that it goes back to. */
  const state = useMemo(() => ({ list: key }), [key]);
  const setWhy = useCallback(
    (event: Event | undefined) =>
      setParams((old) => {
        const next = new URLSearchParams(old);
        next.delete("why");
        if (event !== undefined) {
          next.set("why", eventId(event.name));
        }
        return next;
      }, KEEP_SCROLL),
    [setParams],
  );
  return {
    filter,
    key,
    state,
    /** Id of the event that is explained. */
    why: params.get("why") ?? undefined,
    setWhy,
    setFilter: (next: EventFilter) => setParams((old) => withEventFilter(old, next), KEEP_SCROLL),
  };
}

/** Who comes back from an event finds the focus on it. */
function useReturn(box: React.RefObject<HTMLDivElement | null>, isShown: boolean): void {
  const location = useLocation();
  const navigate = useNavigate();
  const name = (location.state as { event?: string } | null)?.event;
  useEffect(() => {
    if (isShown && name !== undefined && box.current !== null) {
      focusEvent(box.current, name);
      // Once: a reload does not take the focus.
      void navigate(`${location.pathname}${location.search}`, {
        replace: true,
        preventScrollReset: true,
      });
    }
  }, [box, isShown, name, navigate, location.pathname, location.search]);
}

/** The zones of those cameras, or of all. */
function zonesOf(cameras: readonly Camera[], ids: readonly string[]): string[] {
  const asked = cameras.filter(({ id }) => ids.length === 0 || ids.includes(id));
  const names = asked.flatMap(({ detect }) => detect?.zones.map(({ name }) => name) ?? []);
  return [...new Set(names)].sort();
}
