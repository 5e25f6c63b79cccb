/** The heading of the live page and its buttons. */
import { ActionIcon, Button, Group, SegmentedControl, Tooltip } from "@mantine/core";
import {
  IconArrowsMove,
  IconCheck,
  IconKeyboard,
  IconMaximize,
  IconMinimize,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { LAYOUTS, type Layout, parseLayout } from "../../live/gridLayout";
import classes from "./LiveToolbar.module.css";

const LAYOUT_LABELS: Readonly<Record<Layout, string>> = {
  auto: "Auto",
  "1": "1×1",
  "2": "2×2",
  "3": "3×3",
  "4": "4×4",
};

/** What is on the page: one camera, all by a layout, or all to be arranged. */
export type LiveMode = "camera" | "grid" | "arrange";

interface Props {
  title: string;
  mode: LiveMode;
  /** Chooses what the grid shows. */
  menu: ReactNode;
  layout: Layout;
  onLayout: (layout: Layout) => void;
  onShowAll: () => void;
  /** Undefined where the person may not. */
  onArrange: ((isArranging: boolean) => void) | undefined;
  /** Undefined where the browser has no full screen. */
  onFullScreen: (() => void) | undefined;
  isFullScreen: boolean;
  onHelp: () => void;
  pager: ReactNode;
}

export function LiveToolbar(props: Props) {
  const { title, mode, layout, onLayout, onShowAll, onArrange, pager, menu } = props;
  const { onFullScreen, isFullScreen, onHelp } = props;
  return (
    <Group justify="space-between" gap="xs" className={classes.toolbar}>
      <h1 className={classes.heading}>{title}</h1>
      <Group gap="xs">
        {mode === "camera" && (
          <Button size="xs" variant="default" onClick={onShowAll}>
            All cameras
          </Button>
        )}
        {mode === "grid" && menu}
        {mode === "grid" && (
          <SegmentedControl
            size="xs"
            aria-label="Grid"
            value={layout}
            onChange={(value) => onLayout(parseLayout(value))}
            data={LAYOUTS.map((value) => ({ value, label: LAYOUT_LABELS[value] }))}
          />
        )}
        {pager}
        {mode === "arrange" && (
          <Button
            size="xs"
            leftSection={<IconCheck size={16} aria-hidden />}
            onClick={() => onArrange?.(false)}
          >
            Done
          </Button>
        )}
        {mode === "grid" && onArrange && (
          <ToolbarButton label="Arrange" keys="a" onClick={() => onArrange(true)}>
            <IconArrowsMove size={18} />
          </ToolbarButton>
        )}
        {mode !== "camera" && onFullScreen && (
          <ToolbarButton
            label={isFullScreen ? "Leave full screen" : "Full screen"}
            keys="f"
            onClick={onFullScreen}
          >
            {isFullScreen ? <IconMinimize size={18} /> : <IconMaximize size={18} />}
          </ToolbarButton>
        )}
        <ToolbarButton label="Keys" keys="?" onClick={onHelp}>
          <IconKeyboard size={18} />
        </ToolbarButton>
      </Group>
    </Group>
  );
}

interface ToolbarButtonProps {
  label: string;
  keys: string;
  onClick: () => void;
  children: ReactNode;
}

function ToolbarButton({ label, keys, onClick, children }: ToolbarButtonProps) {
  return (
    <Tooltip label={`${label} (${keys})`}>
      <ActionIcon variant="default" size={30} aria-label={label} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
