/** Buttons and keys that magnify the picture of a tile. */
import { IconZoomIn, IconZoomOut, IconZoomReset } from "@tabler/icons-react";
import { useKeys } from "../../lib/useKeys";
import { liveKeyHandlers } from "../../live/liveKeys";
import { MAX_SCALE, MOVES, SCALE_STEP } from "../../live/magnification";
import classes from "./LiveTile.module.css";
import { TileTool } from "./TileTool";
import type { Magnifier } from "./useMagnifier";

export function MagnifierTools({ magnifier }: { magnifier: Magnifier }) {
  const { view, isMagnified, magnify, move, showWhole } = magnifier;
  const zoomIn = () => magnify(SCALE_STEP);
  const zoomOut = () => magnify(1 / SCALE_STEP);
  useKeys(
    liveKeyHandlers({
      zoomIn,
      zoomOut,
      whole: showWhole,
      look: (key) => {
        const by = MOVES[key];
        if (by !== undefined) {
          move(by);
        }
      },
    }),
  );
  return (
    <>
      <TileTool label="Zoom out" keys="-" isDisabled={!isMagnified} onClick={zoomOut}>
        <IconZoomOut size={18} />
      </TileTool>
      <span className={classes.scale} role="status" aria-label="Magnification">
        {view.scale.toFixed(1)}×
      </span>
      <TileTool label="Zoom in" keys="+" isDisabled={view.scale >= MAX_SCALE} onClick={zoomIn}>
        <IconZoomIn size={18} />
      </TileTool>
      <TileTool label="Whole picture" keys="0" isDisabled={!isMagnified} onClick={showWhole}>
        <IconZoomReset size={18} />
      </TileTool>
    </>
  );
}
