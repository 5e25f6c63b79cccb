/** Footage of several cameras at one moment. Cameras, moment, day and span are in the URL. */
import { Stack, Text } from "@mantine/core";
import { useDisclosure, useDocumentTitle } from "@mantine/hooks";
import { useState } from "react";
import { KeyHelp } from "../components/KeyHelp";
import { PageHeader } from "../components/PageHeader";
import { BAR_KEYS } from "../components/recordings/barKeys";
import { SyncControls } from "../components/recordings/SyncControls";
import { SyncGrid } from "../components/recordings/SyncGrid";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { neighbourEvent, noEventWords } from "../lib/eventMarks";
import { MOST_CAMERAS } from "../lib/footagePath";
import { notifyDone } from "../lib/notify";
import { SYNC_KEYS } from "../lib/syncKeys";
import { SECOND_MS } from "../lib/time";
import { together } from "../lib/timelineSpans";
import { useNow } from "../lib/useNow";
import { FootageCamera } from "./FootageCamera";
import { FootageChoice } from "./FootageChoice";
import { FootagePanel } from "./FootagePanel";
import { useDays } from "./useDays";
import { useFootageAddress } from "./useFootageAddress";
import { useFootageView } from "./useFootageView";
import { useBoxesShown } from "./useRecordedBoxes";
import { useScrubber } from "./useScrubber";
import { useSyncedFootage } from "./useSyncedFootage";
import { useSyncKeys } from "./useSyncKeys";
import { WithCameras } from "./WithCameras";

/** What is being recorded grows. */
const REDRAW_MS = 5 * SECOND_MS;
const STEP_MS = 10 * SECOND_MS;

const KEY_GROUPS = [
  { title: "All cameras", rows: Object.values(SYNC_KEYS) },
  { title: "Timeline, when it has the focus", rows: BAR_KEYS },
];
const BAR_NOTE =
  "On the timeline a wheel zooms, and with Shift moves; so do two fingers, and dragging. What plays can be dragged to another moment.";

export function FootagePage() {
  useDocumentTitle("Footage · RoninNVR");
  return (
    <WithCameras promise="What cameras record is watched here, several of them at the same moment.">
      {(cameras) => <Footage all={cameras} />}
    </WithCameras>
  );
}

function Footage({ all }: { all: readonly Camera[] }) {
  const now = useNow(REDRAW_MS);
  const address = useFootageAddress(now);
  const { day, onDay, linkTo } = address;
  const view = useFootageView(all);
  const { cameras, large } = view;
  const isToday = now >= day.startMs && now < day.endMs;
  const footage = useDays(cameras, day, isToday, now);
  const { days, isComplete } = footage;
  const { synced, goTo } = useSyncedFootage({ address, days, isComplete, isToday });
  const scrubber = useScrubber(days);
  const [audible, setAudible] = useState<string>();
  const boxes = useBoxesShown();
  const [isHelpOpen, help] = useDisclosure();
  const lead = large ?? cameras[0]?.id ?? "";
  const makeLarge = (id: string) => view.setLarge(large === id ? undefined : id);
  const hear = (id: string) => setAudible(audible === id ? undefined : id);
  const goToEvent = (direction: 1 | -1) => {
    const all = together([...days.values()], day);
    const next = neighbourEvent(all, synced.view().wallMs, direction);
    if (next === undefined) {
      notifyDone(noEventWords(direction));
    } else {
      goTo(next);
    }
  };
  const actions = useSyncKeys({
    synced,
    stepMs: STEP_MS,
    lead,
    onLarge: (place) => cameras[place] && makeLarge(cameras[place].id),
    onAlike: () => view.setLarge(undefined),
    onSound: () => hear(lead),
    onEvent: goToEvent,
    onBoxes: () => boxes.onShown(!boxes.isShown),
    onHelp: help.open,
  });
  return (
    <>
      <PageHeader
        title="Footage"
        actions={<FootageChoice all={all} view={view} day={day} nowMs={now} onDay={onDay} />}
      />
      {cameras.length === 0 && (
        <Text c="dimmed">No camera is chosen. Choose up to {MOST_CAMERAS} of them above.</Text>
      )}
      {cameras.length > 0 && (
        <Stack gap="sm">
          <SyncGrid count={cameras.length} hasLarge={large !== undefined}>
            {cameras.map((camera) => (
              <FootageCamera
                key={camera.id}
                camera={camera}
                day={days.get(camera.id)}
                synced={synced}
                scrubber={scrubber}
                hasBoxes={boxes.isShown}
                players={cameras.length}
                isLarge={large === camera.id}
                onLarge={() => makeLarge(camera.id)}
                isAudible={audible === camera.id}
                onAudible={() => hear(camera.id)}
                onRemove={() =>
                  view.setCameras(cameras.filter(({ id }) => id !== camera.id).map(({ id }) => id))
                }
              />
            ))}
          </SyncGrid>
          <SyncControls
            synced={synced}
            onToggle={actions.toggle}
            onStep={(direction) => actions.step(direction * STEP_MS)}
            onPicture={actions.picture}
            onEvent={goToEvent}
            boxes={boxes}
            linkTo={linkTo}
            onHelp={help.open}
          />
          <FootagePanel
            cameras={cameras}
            footage={footage}
            address={address}
            nowMs={now}
            lead={lead}
            synced={synced}
            scrubber={scrubber}
            onGo={goTo}
          />
        </Stack>
      )}
      <KeyHelp isOpen={isHelpOpen} groups={KEY_GROUPS} note={BAR_NOTE} onClose={help.close} />
    </>
  );
}
