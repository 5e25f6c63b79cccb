/** Plays recorded footage from a moment on, with its wall-clock time, steps and speeds. */
import { Alert, Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconRewindBackward10, IconRewindForward10, IconX } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import type { ErrorWords } from "../../api/errors";
import { dateTime, SECOND_MS } from "../../lib/time";
import { codecName } from "../../live/codecs";
import { type FootageSource, type FootageState, playFootage } from "../../live/footagePlayer";
import { nextSpeed, SPEEDS } from "../../live/speeds";
import { loadLightHls } from "../../live/useLivePlayer";
import { ErrorNotice } from "../ErrorNotice";
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
  /** Why the server offers nothing to play. */
  error: ErrorWords | undefined;
  onWall: (wallMs: number) => void;
  /** Asks for a moment that lies before what is loaded. */
  onMoment: (ms: number) => void;
  /** The end of what is loaded is shown. */
  onEnded: () => void;
  /** Asks the server again. */
  onRetry: () => void;
  onClose: () => void;
}

export function FootagePlayer(props: Props) {
  const { camera, atMs, source, error, onWall, onMoment, onEnded, onRetry, onClose } = props;
  const videoRef = useRef<HTMLVideoElement>(null);
  const sectionRef = useRef<HTMLDivElement>(null);
  const tell = useRef(onWall);
  tell.current = onWall;
  const end = useRef(onEnded);
  end.current = onEnded;
  const [state, setState] = useState<FootageState>({ kind: "loading" });
  const [wallMs, setWallMs] = useState(atMs);
  const [speed, setSpeed] = useSpeed(videoRef);
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
    return playFootage({
      video,
      source,
      atMs,
      loadHls: loadLightHls,
      onState: setState,
      onWall: show,
      onEnded: () => end.current(),
    });
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
  usePlayerKeys({
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
      <Group justify="space-between" gap="xs">
        <Text fw={650} style={{ fontVariantNumeric: "tabular-nums" }}>
          <time dateTime={new Date(wallMs).toISOString()}>{dateTime(wallMs)}</time>
        </Text>
        <Group gap="xs">
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRewindBackward10 size={16} aria-hidden />}
            onClick={() => step(-STEP_S)}
          >
            −10 s
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconRewindForward10 size={16} aria-hidden />}
            onClick={() => step(STEP_S)}
          >
            +10 s
          </Button>
          <SegmentedControl
            size="xs"
            aria-label="Speed"
            value={String(speed)}
            onChange={(value) => setSpeed(Number(value))}
            data={SPEEDS.map((value) => ({ value: String(value), label: `${value}×` }))}
          />
          <Button
            size="xs"
            variant="default"
            leftSection={<IconX size={16} aria-hidden />}
            onClick={onClose}
          >
            Close
          </Button>
        </Group>
      </Group>
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
