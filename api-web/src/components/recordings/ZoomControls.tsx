/** Buttons that zoom the coverage bar, and which part of the day it shows. */
import { ActionIcon, Group, Text, Tooltip } from "@mantine/core";
import { IconArrowsHorizontal, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { clockTime, duration, SECOND_MS } from "../../lib/time";
import { lengthOf, SHORTEST_WINDOW_MS } from "../../lib/timelineWindow";
import type { BarWindow } from "./useBarWindow";

interface Props {
  bar: BarWindow;
  /** Zooming goes around this moment. */
  aroundMs: number;
}

export function ZoomControls({ bar, aroundMs }: Props) {
  const { window, isWhole } = bar;
  const isClosest = lengthOf(window) <= SHORTEST_WINDOW_MS;
  return (
    <Group gap="xs" justify="flex-end" mb={4}>
      <Text size="xs" c="dimmed" role="status" style={{ fontVariantNumeric: "tabular-nums" }}>
        {isWhole
          ? "The whole day is shown"
          : `${nearest(window.startMs)} to ${nearest(window.endMs)} is shown (${duration(lengthOf(window))})`}
      </Text>
      <Group gap={4} wrap="nowrap">
        <ZoomButton
          label="Zoom out"
          isDisabled={isWhole}
          onPress={() => bar.zoomOut(aroundMs)}
          icon={<IconZoomOut size={16} />}
        />
        <ZoomButton
          label="Zoom in"
          isDisabled={isClosest}
          onPress={() => bar.zoomIn(aroundMs)}
          icon={<IconZoomIn size={16} />}
        />
        <ZoomButton
          label="Show the whole day"
          isDisabled={isWhole}
          onPress={bar.showWhole}
          icon={<IconArrowsHorizontal size={16} />}
        />
      </Group>
    </Group>
  );
}

interface ButtonProps {
  label: string;
  isDisabled: boolean;
  onPress: () => void;
  icon: ReactNode;
}

/** A button that can do nothing keeps the focus, for whoever goes on with keys. */
function ZoomButton({ label, isDisabled, onPress, icon }: ButtonProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        aria-label={label}
        aria-disabled={isDisabled}
        data-disabled={isDisabled || undefined}
        onClick={() => !isDisabled && onPress()}
      >
        {icon}
      </ActionIcon>
    </Tooltip>
  );
}

/** To the nearest second: an end may lie a millisecond beside one. */
function nearest(ms: number): string {
  return clockTime(Math.round(ms / SECOND_MS) * SECOND_MS);
}
