/** Buttons and keys that zoom the drawing of a graph. */
import { ActionIcon, Group, Text, Tooltip } from "@mantine/core";
import { IconTextSize, IconZoomIn, IconZoomOut, IconZoomReset } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { graphKeyHandlers } from "../../lib/graphKeys";
import { useKeys } from "../../lib/useKeys";
import { MOVES, SCALE_STEP } from "../../live/magnification";
import type { Magnifier } from "../live/useMagnifier";

interface Props {
  magnifier: Magnifier;
  /** The most that the drawing is magnified. */
  mostScale: number;
  /** Shows as much as can be read. */
  onReadable: () => void;
}

export function GraphTools({ magnifier, mostScale, onReadable }: Props) {
  const { view, isMagnified, magnify, move, showWhole } = magnifier;
  const zoomIn = () => magnify(SCALE_STEP);
  const zoomOut = () => magnify(1 / SCALE_STEP);
  useKeys(
    graphKeyHandlers({
      zoomIn,
      zoomOut,
      whole: showWhole,
      readable: onReadable,
      look: (key) => {
        const by = MOVES[key];
        if (by !== undefined) {
          move(by);
        }
      },
    }),
  );
  return (
    <Group gap={6} wrap="nowrap">
      <GraphTool label="Zoom out (−)" isDisabled={!isMagnified} onPress={zoomOut}>
        <IconZoomOut size={16} />
      </GraphTool>
      <Text
        size="sm"
        role="status"
        aria-label="Magnification"
        miw="4ch"
        ta="center"
        style={{ fontVariantNumeric: "tabular-nums" }}
      >
        {view.scale.toFixed(1)}×
      </Text>
      <GraphTool label="Zoom in (+)" isDisabled={view.scale >= mostScale} onPress={zoomIn}>
        <IconZoomIn size={16} />
      </GraphTool>
      <GraphTool label="Whole graph (0)" isDisabled={!isMagnified} onPress={showWhole}>
        <IconZoomReset size={16} />
      </GraphTool>
      <GraphTool label="Readable size (1)" isDisabled={false} onPress={onReadable}>
        <IconTextSize size={16} />
      </GraphTool>
    </Group>
  );
}

interface ToolProps {
  label: string;
  isDisabled: boolean;
  onPress: () => void;
  children: ReactNode;
}

/** A button that can do nothing keeps the focus, for whoever goes on with keys. */
function GraphTool({ label, isDisabled, onPress, children }: ToolProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="default"
        aria-label={label.replace(/ \(.*/, "")}
        aria-disabled={isDisabled}
        data-disabled={isDisabled || undefined}
        onClick={() => !isDisabled && onPress()}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
