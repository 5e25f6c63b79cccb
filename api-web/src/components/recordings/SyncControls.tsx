/** Below the pictures of several cameras: the one clock, and what is done with all of them. */
import { notifyDone } from "../../lib/notify";
import { dateTime, SECOND_MS } from "../../lib/time";
import type { SyncedFootage } from "../../live/syncedFootage";
import type { BoxesChoice } from "../detect/recordedBoxes";
import { PlayerControls } from "./PlayerControls";
import { useSynced, useWallMs } from "./useSynced";

interface Props {
  synced: SyncedFootage;
  onToggle: () => void;
  onStep: (direction: 1 | -1) => void;
  onPicture: (direction: 1 | -1) => void;
  onEvent: (direction: 1 | -1) => void;
  boxes: BoxesChoice;
  linkTo: (ms: number) => string;
  onHelp: () => void;
}

export function SyncControls(props: Props) {
  const { synced, onToggle, onStep, onPicture, onEvent, boxes, linkTo, onHelp } = props;
  const wallMs = useWallMs(synced, SECOND_MS);
  const isPaused = useSynced(synced, (view) => !view.isPlaying);
  const isWaiting = useSynced(synced, (view) => view.isWaiting);
  const speed = useSynced(synced, (view) => view.speed);
  return (
    <PlayerControls
      wallMs={wallMs}
      isPaused={isPaused}
      note={isWaiting ? "waiting for pictures" : ""}
      onToggle={onToggle}
      speed={speed}
      onSpeed={(next) => synced.setSpeed(next)}
      onStep={onStep}
      onPicture={onPicture}
      onEvent={onEvent}
      boxes={boxes}
      makeLink={() => linkTo(synced.view().wallMs)}
      onCopied={() => notifyDone(`The link to ${dateTime(synced.view().wallMs)} is copied.`)}
      onHelp={onHelp}
    />
  );
}
