/** Plays recorded footage from a moment on, with its wall-clock time, steps and speeds. */
import { Alert, Stack } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { ErrorWords } from "../../api/errors";
import { notifyDone } from "../../lib/notify";
import { dateTime, SECOND_MS } from "../../lib/time";
import { codecName } from "../../live/codecs";
import {
  type Footage,
  type FootageSource,
  type FootageState,
  playFootage,
} from "../../live/footagePlayer";
import { nextSpeed } from "../../live/speeds";
import { loadLightHls } from "../../live/useLivePlayer";
import { ErrorNotice } from "../ErrorNotice";
import { PlayerControls } from "./PlayerControls";
import { usePaused } from "./usePaused";
import { usePlayerKeys } from "./usePlayerKeys";
import { useSpeed } from "./useSpeed";

const STEP_S = 10;

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
  onWall: (wallMs: number) => void;
  /** Asks for a moment that lies before what is loaded. */
  onMoment: (ms: number) => void;
  /** The link to a moment, for others. */
  linkTo: (ms: number) => string;
  /** The end of what is loaded is shown. */
  onEnded: () => void;
  /** Asks the server again. */
  onRetry: () => void;
  onClose: () => void;
}

export function FootagePlayer(props: Props) {
  const {
    camera,
    atMs,
    source,
    pictureMs,
    error,
    onWall,
    onMoment,
    linkTo,
    onEnded,
    onRetry,
    onClose,
  } = props;
  const videoRef = useRef<HTMLVideoElement>(null);
  const footage = useRef<Footage>(undefined);
  /** How the next moment begins that is asked for. */
  const begin = useRef<"playing" | "paused">("playing");
  const sectionRef = useRef<HTMLDivElement>(null);
  const tell = useRef(onWall);
  tell.current = onWall;
  const end = useRef(onEnded);
  end.current = onEnded;
  const assumed = useRef(pictureMs);
  assumed.current = pictureMs;
  const [state, setState] = useState<FootageState>({ kind: "loading" });
  const [wallMs, setWallMs] = useState(atMs);
  const [speed, setSpeed] = useSpeed(videoRef);
  const isPaused = usePaused(videoRef);
  const [attempt, setAttempt] = useState(0);

  useEffect(() => {
    // It opens above the bar that was clicked on, maybe out of sight.
    sectionRef.current?.scrollIntoView({ block: "nearest" });
  }, []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt begins anew.
  useEffect(() => {
    const show = (ms: number) => {
      setWallMs(ms);
      tell.current(ms);
    };
    show(atMs);
    const video = videoRef.current;
    if (video === null || source === undefined) {
      setState({ kind: "loading" });
      return;
    }
    const opened = playFootage({
      video,
      source,
      atMs,
      begin: begin.current,
      pictureS: () => assumed.current / SECOND_MS,
      loadHls: loadLightHls,
      onState: setState,
      onWall: show,
      onEnded: () => end.current(),
    });
    begin.current = "playing";
    footage.current = opened;
    return () => {
      footage.current = undefined;
      opened.close();
    };
  }, [source, atMs, attempt]);

  const step = (seconds: number) => {
    const video = videoRef.current;
    if (video === null) {
      return;
    }
    const position = video.currentTime + seconds;
    if (position < 0) {
      onMoment(wallMs + seconds * SECOND_MS);
    } else {
      video.currentTime = Math.min(position, video.duration || position);
    }
  };
  const stepPicture = (direction: 1 | -1) => {
    if (footage.current?.stepPicture(direction) === false) {
      begin.current = "paused";
      onMoment(Math.round(wallMs + direction * pictureMs));
    }
  };
  usePlayerKeys({
    pictureBack: () => stepPicture(-1),
    pictureOn: () => stepPicture(1),
    slower: () => setSpeed(nextSpeed(speed, -1)),
    faster: () => setSpeed(nextSpeed(speed, 1)),
  });
  const again = () => setAttempt((count) => count + 1);

  return (
    <Stack gap="xs" component="section" ref={sectionRef} aria-label="Footage player">
      {/* biome-ignore lint/a11y/useMediaCaption: recorded footage has no captions to offer. */}
      <video
        ref={videoRef}
        controls
        playsInline
        aria-label="Recorded footage"
        data-camera={`footage-${camera}`}
        style={{
          width: "100%",
          aspectRatio: "16 / 9",
          maxHeight: "72vh",
          background: "#000",
          borderRadius: 8,
        }}
      />
      {error ? (
        <ErrorNotice words={error} onRetry={onRetry} />
      ) : (
        <StateNotice state={state} onRetry={again} />
      )}
      <PlayerControls
        wallMs={wallMs}
        isPaused={isPaused}
        speed={speed}
        onSpeed={setSpeed}
        onStep={(direction) => step(direction * STEP_S)}
        onPicture={stepPicture}
        makeLink={() => linkTo(wallMs)}
        onCopied={() => notifyDone(`The link to ${dateTime(wallMs)} is copied.`)}
        onClose={onClose}
      />
    </Stack>
  );
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
