/** Below the footage: which moment it is, steps, speeds, and the way out. */
import { ActionIcon, Button, Group, SegmentedControl, Text, Tooltip } from "@mantine/core";
import {
  IconChevronsLeft,
  IconChevronsRight,
  IconKeyboard,
  IconObjectScan,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerSkipBack,
  IconPlayerSkipForward,
  IconRewindBackward10,
  IconRewindForward10,
  IconX,
} from "@tabler/icons-react";
import { memo, useRef, useState } from "react";
import { dateTime, exactDateTime } from "../../lib/time";
import { SPEEDS } from "../../live/speeds";
import type { BoxesChoice } from "../detect/recordedBoxes";
import { ShareLink } from "./ShareLink";

interface Props {
  wallMs: number;
  isPaused: boolean;
  /** What else it does than play: goes back, waits. */
  note: string;
  /** Plays or pauses; undefined where the video has a button of its own. */
  onToggle?: () => void;
  speed: number;
  onSpeed: (speed: number) => void;
  /** 10 s back (-1) or on (1). */
  onStep: (direction: 1 | -1) => void;
  /** One picture back (-1) or on (1). */
  onPicture: (direction: 1 | -1) => void;
  /** To the event before (-1) or the next one (1); undefined where there are none. */
  onEvent?: ((direction: 1 | -1) => void) | undefined;
  /** Boxes around objects; undefined where there are none. */
  boxes?: BoxesChoice | undefined;
  makeLink: () => string;
  onCopied: () => void;
  onHelp: () => void;
  /** Undefined where there is nothing to close. */
  onClose?: () => void;
}

export function PlayerControls(props: Props) {
  const { wallMs, isPaused, note, speed, onToggle, onEvent, boxes, onClose } = props;
  const latest = useRef(props);
  latest.current = props;
  const [does] = useState(() => ({
    toggle: () => latest.current.onToggle?.(),
    speed: (to: number) => latest.current.onSpeed(to),
    step: (direction: 1 | -1) => latest.current.onStep(direction),
    picture: (direction: 1 | -1) => latest.current.onPicture(direction),
    event: (direction: 1 | -1) => latest.current.onEvent?.(direction),
    boxes: (isShown: boolean) => latest.current.boxes?.onShown(isShown),
    makeLink: () => latest.current.makeLink(),
    copied: () => latest.current.onCopied(),
    help: () => latest.current.onHelp(),
    close: () => latest.current.onClose?.(),
  }));
  return (
    <Group justify="space-between" gap="xs">
      <Text fw={650} style={{ fontVariantNumeric: "tabular-nums" }}>
        <time dateTime={new Date(wallMs).toISOString()}>
          {isPaused ? exactDateTime(wallMs) : dateTime(wallMs)}
        </time>
        <Text span size="sm" c="dimmed" role="status">
          {note && ` ${note}`}
        </Text>
      </Text>
      <PlayerButtons
        isPaused={isPaused}
        speed={speed}
        hasToggle={onToggle !== undefined}
        hasEvents={onEvent !== undefined}
        hasBoxes={boxes?.isShown}
        hasClose={onClose !== undefined}
        does={does}
      />
    </Group>
  );
}

interface ButtonsProps {
  isPaused: boolean;
  speed: number;
  hasToggle: boolean;
  hasEvents: boolean;
  /** Whether boxes are shown; undefined where there are none. */
  hasBoxes: boolean | undefined;
  hasClose: boolean;
  /** What the buttons do; always the same object. */
  does: {
    toggle: () => void;
    speed: (to: number) => void;
    step: (direction: 1 | -1) => void;
    picture: (direction: 1 | -1) => void;
    event: (direction: 1 | -1) => void;
    boxes: (isShown: boolean) => void;
    makeLink: () => string;
    copied: () => void;
    help: () => void;
    close: () => void;
  };
}

/** Not drawn anew with each picture, as the time is. */
const PlayerButtons = memo(function PlayerButtons(props: ButtonsProps) {
  const { isPaused, speed, hasToggle, hasEvents, hasBoxes, hasClose, does } = props;
  return (
    <Group gap="xs">
      {hasToggle && (
        <Button
          size="xs"
          leftSection={
            isPaused ? (
              <IconPlayerPlay size={16} aria-hidden />
            ) : (
              <IconPlayerPause size={16} aria-hidden />
            )
          }
          onClick={does.toggle}
        >
          {isPaused ? "Play" : "Pause"}
        </Button>
      )}
      <Tooltip label="One picture back">
        <ActionIcon
          size={30}
          variant="default"
          aria-label="One picture back"
          onClick={() => does.picture(-1)}
        >
          <IconPlayerSkipBack size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="One picture on">
        <ActionIcon
          size={30}
          variant="default"
          aria-label="One picture on"
          onClick={() => does.picture(1)}
        >
          <IconPlayerSkipForward size={16} />
        </ActionIcon>
      </Tooltip>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconRewindBackward10 size={16} aria-hidden />}
        onClick={() => does.step(-1)}
      >
        −10 s
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconRewindForward10 size={16} aria-hidden />}
        onClick={() => does.step(1)}
      >
        +10 s
      </Button>
      {hasEvents && (
        <>
          <Tooltip label="Event before">
            <ActionIcon
              size={30}
              variant="default"
              aria-label="Event before"
              onClick={() => does.event(-1)}
            >
              <IconChevronsLeft size={16} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Next event">
            <ActionIcon
              size={30}
              variant="default"
              aria-label="Next event"
              onClick={() => does.event(1)}
            >
              <IconChevronsRight size={16} />
            </ActionIcon>
          </Tooltip>
        </>
      )}
      {hasBoxes !== undefined && (
        <Tooltip label="Boxes around objects in the footage">
          <ActionIcon
            size={30}
            variant={hasBoxes ? "filled" : "default"}
            aria-label="Boxes around objects in the footage"
            aria-pressed={hasBoxes}
            onClick={() => does.boxes(!hasBoxes)}
          >
            <IconObjectScan size={16} />
          </ActionIcon>
        </Tooltip>
      )}
      <SegmentedControl
        size="xs"
        aria-label="Speed"
        value={String(speed)}
        onChange={(value) => does.speed(Number(value))}
        data={SPEEDS.map((value) => ({ value: String(value), label: `${value}×` }))}
      />
      <ShareLink makeLink={does.makeLink} onCopied={does.copied} />
      <Tooltip label="Keys">
        <ActionIcon size={30} variant="default" aria-label="Keys" onClick={does.help}>
          <IconKeyboard size={16} />
        </ActionIcon>
      </Tooltip>
      {hasClose && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconX size={16} aria-hidden />}
          onClick={does.close}
        >
          Close
        </Button>
      )}
    </Group>
  );
});
