/** What lies over a tile while tiles are arranged: a handle to move it, and ways without dragging. */
import { ActionIcon, Tooltip } from "@mantine/core";
import { IconArrowLeft, IconArrowRight, IconEyeOff, IconGripVertical } from "@tabler/icons-react";
import { type KeyboardEvent, type ReactNode, type Ref, useEffect, useRef } from "react";
import classes from "./arrange.module.css";

interface Props {
  name: string;
  /** Its place among all, from 0. */
  place: number;
  count: number;
  /** Tiles in a row: a step up or down. */
  columns: number;
  /** Whether it was changed last: who changed it goes on from here. */
  takesFocus: boolean;
  onMove: (place: number) => void;
  onLeaveOut: () => void;
}

export function ArrangeTile(props: Props) {
  const { name, place, count, columns, takesFocus, onMove, onLeaveOut } = props;
  const overlay = useRef<HTMLDivElement>(null);
  const handle = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (takesFocus && !overlay.current?.contains(document.activeElement)) {
      handle.current?.focus();
    }
  }, [takesFocus]);

  const onKeyDown = (event: KeyboardEvent) => {
    const to = placeAfter(event.key, place, count, columns);
    if (to !== undefined) {
      // The page has a meaning of its own for these keys.
      event.preventDefault();
      event.stopPropagation();
      onMove(to);
    }
  };

  return (
    <div ref={overlay} className={classes.overlay}>
      <span className={classes.place} aria-hidden="true">
        {place + 1}
      </span>
      <div className={classes.tools}>
        <Tool
          ref={handle}
          label={`Move ${name}: ${place + 1} of ${count}`}
          tip="Drag it, or use the arrow keys"
          isHandle
          onKeyDown={onKeyDown}
        >
          <IconGripVertical size={18} />
        </Tool>
        <Tool label={`${name} earlier`} isDisabled={place === 0} onClick={() => onMove(place - 1)}>
          <IconArrowLeft size={18} />
        </Tool>
        <Tool
          label={`${name} later`}
          isDisabled={place === count - 1}
          onClick={() => onMove(place + 1)}
        >
          <IconArrowRight size={18} />
        </Tool>
        <Tool label={`Leave out ${name}`} onClick={onLeaveOut}>
          <IconEyeOff size={18} />
        </Tool>
      </div>
    </div>
  );
}

/** Where a key moves a tile to; undefined for keys that move none. */
function placeAfter(
  key: string,
  place: number,
  count: number,
  columns: number,
): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  return step === undefined ? undefined : Math.min(Math.max(place + step, 0), count - 1);
}

interface ToolProps {
  label: string;
  tip?: string;
  isHandle?: boolean;
  isDisabled?: boolean;
  onClick?: () => void;
  onKeyDown?: (event: KeyboardEvent) => void;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

function Tool(props: ToolProps) {
  const { label, tip = label, isHandle = false, isDisabled = false, children, ref } = props;
  const { onClick, onKeyDown } = props;
  return (
    <Tooltip label={tip}>
      <ActionIcon
        {...(ref && { ref })}
        variant="default"
        size={34}
        aria-label={label}
        // Not `disabled`: who arrives at the end by this button keeps the focus.
        aria-disabled={isDisabled || undefined}
        data-disabled={isDisabled || undefined}
        data-handle={isHandle || undefined}
        className={isHandle ? classes.handle : undefined}
        onClick={() => !isDisabled && onClick?.()}
        onKeyDown={onKeyDown}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
