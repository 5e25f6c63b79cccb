/** Plays recorded footage from a moment on, with its wall-clock time, steps and speeds. */
import { Alert, Box, Stack } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { type ReactNode, useEffect, useRef } from "react";
import type { ErrorWords } from "../../api/errors";
import { type KeyGroup, keyHandlers } from "../../lib/keys";
import { notifyDone } from "../../lib/notify";
import { PLAYER_KEYS, type PlayerAction } from "../../lib/playerKeys";
import { dateTime, SECOND_MS } from "../../lib/time";
import { useKeys } from "../../lib/useKeys";
import { codecName } from "../../live/codecs";
import type { FootageBegin, FootageSource, FootageState } from "../../live/footagePlayer";
import { nextSpeed } from "../../live/speeds";
import type { Still } from "../../live/still";
import type { RecordedBoxes } from "../detect/recordedBoxes";
import { ErrorNotice } from "../ErrorNotice";
import { KeyHelp } from "../KeyHelp";
import { BAR_KEYS } from "./barKeys";
import { PlayerControls } from "./PlayerControls";
import { StillPicture } from "./StillPicture";
import { useFootage } from "./useFootage";
import { usePaused } from "./usePaused";
import { useShuttle } from "./useShuttle";
import { useSpeed } from "./useSpeed";

const STEP_S = 10;

const BAR_GROUPS = [{ title: "Bar of the day, when it has the focus", rows: BAR_KEYS }];
const BAR_NOTE =
  "On the bar a wheel zooms, and with Shift moves; so do two fingers, and dragging. What plays can be dragged to another moment.";

interface Props {
  /** Id of the camera. */
  camera: string;
  /** The moment to begin at. */
  atMs: number;
  /** What to play; undefined while the server is asked. A new object means a new player. */
  source: FootageSource | undefined;
  /** Length of its pictures, as far as it is known. */
  pictureMs: number;
  /** Why the server offers nothing to play. */
  error: ErrorWords | undefined;
  /** Stands for the moment until the video shows it. */
  still: Still;
  onWall: (wallMs: number) => void;
  /** Asks for a moment before what is loaded, and what comes before it; says which one it is. */
  onEarlier: (ms: number) => number | undefined;
  /** Goes to the event before (-1) or the next one (1), seen from a moment. */
  onEvent?: (direction: 1 | -1, fromMs: number) => void;
  /** The link to a moment, for others. */
  linkTo: (ms: number) => string;
  /** The end of what is loaded is shown. */
  onEnded: () => void;
  /** Asks the server again. */
  onRetry: () => void;
  /** Undefined where there is nothing to close. */
  onClose?: () => void;
  /** Whether it is scrolled into view as it opens. */
  takesView?: boolean;
  /** The other keys of the page; where nothing is said, those of the bar of the day. */
  otherKeys?: readonly KeyGroup[];
  /** Boxes around objects; undefined where there are none. */
  boxes?: RecordedBoxes;
  /** What lies over the picture. */
  children?: ReactNode;
}

export function FootagePlayer(props: Props) {
  const {
    camera,
    atMs,
    source,
    pictureMs,
    error,
    still,
    onWall,
    onEarlier,
    onEvent,
    linkTo,
    onEnded,
    onRetry,
    onClose,
    takesView = true,
    otherKeys,
    boxes,
    children,
  } = props;
  const videoRef = useRef<HTMLVideoElement>(null);
  const frameRef = useRef<HTMLDivElement>(null);
  const sectionRef = useRef<HTMLDivElement>(null);
  const footage = useFootage(videoRef, {
    atMs,
    source,
    pictureMs,
    onWall,
    onDrawn: still.drawn,
    onEnded,
  });
  const { state, wallMs } = footage;
  const isToCome = error === undefined && (state.kind === "loading" || state.kind === "ready");
  const [speed, setSpeed] = useSpeed(videoRef);
  const isPaused = usePaused(videoRef);

  useEffect(() => {
    // It opens above the bar that was clicked on, maybe out of sight.
    if (takesView) {
      sectionRef.current?.scrollIntoView({ block: "nearest" });
    }
  }, [takesView]);

  const earlier = (ms: number, begin: FootageBegin) => {
    const toMs = onEarlier(Math.round(ms));
    if (toMs !== undefined) {
      footage.beginAt(toMs, begin);
    }
    return toMs !== undefined;
  };
  const shuttle = useShuttle({
    videoRef,
    speed,
    onSpeed: setSpeed,
    // While it is loading, more has been asked for already.
    onBeginning: () => !footage.isReady() || earlier(footage.currentMs() - pictureMs, "paused"),
  });
  const step = (seconds: number) => {
    const video = videoRef.current;
    if (video === null) {
      return;
    }
    still.drop();
    const position = video.currentTime + seconds;
    // What is being opened stands still in any case.
    const now = isPaused ? "paused" : "playing";
    const begin = footage.isReady() ? now : footage.begin();
    if (position >= 0 || !earlier(footage.currentMs() + seconds * SECOND_MS, begin)) {
      video.currentTime = Math.max(0, Math.min(position, video.duration || position));
    }
  };
  const stepPicture = (direction: 1 | -1) => {
    shuttle.pause();
    still.drop();
    if (!footage.stepPicture(direction)) {
      earlier(footage.currentMs() + direction * pictureMs, "paused");
    }
  };
  const [isHelpOpen, help] = useDisclosure();
  useKeys(
    keyHandlers(PLAYER_KEYS, {
      toggle: shuttle.toggle,
      back10: () => step(-STEP_S),
      on10: () => step(STEP_S),
      rewind: shuttle.back,
      stop: shuttle.stop,
      forward: shuttle.forward,
      pictureBack: () => stepPicture(-1),
      pictureOn: () => stepPicture(1),
      ...(onEvent && {
        eventBack: () => onEvent(-1, footage.currentMs()),
        eventOn: () => onEvent(1, footage.currentMs()),
      }),
      ...(boxes && { boxes: () => boxes.onShown(!boxes.isShown) }),
      slower: () => setSpeed(nextSpeed(speed, -1)),
      faster: () => setSpeed(nextSpeed(speed, 1)),
      help: help.open,
    }),
  );

  return (
    <Stack gap="xs" component="section" ref={sectionRef} aria-label="Footage player">
      {/* The words of a box at the edge would reach beyond the page. */}
      <Box pos="relative" ref={frameRef} style={{ overflow: "hidden", borderRadius: 8 }}>
        {/* biome-ignore lint/a11y/useMediaCaption: recorded footage has no captions to offer. */}
        <video
          ref={videoRef}
          controls
          playsInline
          aria-label="Recorded footage"
          data-camera={`footage-${camera}`}
          style={{
            display: "block",
            width: "100%",
            aspectRatio: "16 / 9",
            maxHeight: "72vh",
            background: "#000",
            borderRadius: 8,
          }}
        />
        {isToCome && <StillPicture still={still} camera={camera} />}
        {boxes?.isShown &&
          boxes.draw({ frame: frameRef, video: videoRef, shownMs: footage.shownMs })}
        {children}
      </Box>
      {error ? (
        <ErrorNotice words={error} onRetry={onRetry} />
      ) : (
        <StateNotice state={state} onRetry={footage.again} />
      )}
      <PlayerControls
        wallMs={wallMs}
        isPaused={isPaused}
        note={shuttle.backSpeed === undefined ? "" : `going back at ${shuttle.backSpeed}×`}
        speed={speed}
        onSpeed={setSpeed}
        onStep={(direction) => step(direction * STEP_S)}
        onPicture={stepPicture}
        onEvent={onEvent && ((direction) => onEvent(direction, footage.currentMs()))}
        boxes={boxes}
        makeLink={() => linkTo(wallMs)}
        onCopied={() => notifyDone(`The link to ${dateTime(wallMs)} is copied.`)}
        onHelp={help.open}
        {...(onClose && { onClose })}
      />
      <KeyHelp
        isOpen={isHelpOpen}
        groups={[
          { title: "Player", rows: keyRows(onEvent !== undefined, boxes !== undefined) },
          ...(otherKeys ?? BAR_GROUPS),
        ]}
        {...(otherKeys === undefined && { note: BAR_NOTE })}
        onClose={help.close}
      />
    </Stack>
  );
}

/** The keys that do something here. */
function keyRows(hasEvents: boolean, hasBoxes: boolean) {
  const isThere: Partial<Record<PlayerAction, boolean>> = {
    eventBack: hasEvents,
    eventOn: hasEvents,
    boxes: hasBoxes,
  };
  return Object.entries(PLAYER_KEYS)
    .filter(([action]) => isThere[action as PlayerAction] ?? true)
    .map(([, row]) => row);
}

function StateNotice({ state, onRetry }: { state: FootageState; onRetry: () => void }) {
  if (state.kind === "unsupported") {
    return (
      <Alert role="alert" color="red" variant="light" title="This footage cannot be played here">
        This browser does not play {codecName(state.codec)}. Download a segment from the list below
        to play it in another program.
      </Alert>
    );
  }
  if (state.kind === "failed") {
    const title = "The footage stopped";
    const words = {
      title,
      message: state.reason,
      whatToDo: [],
      reason: "",
      fields: [],
      transient: true,
    };
    return <ErrorNotice words={words} onRetry={onRetry} />;
  }
  return null;
}
