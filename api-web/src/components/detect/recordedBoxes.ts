/** What players of recorded footage are told of the boxes over it. */
import type { ReactNode } from "react";
import type { OverlayPlace } from "./BoxOverlay";

/** A player's picture, and which moment it shows. */
export interface RecordedPlace extends Pick<OverlayPlace, "frame" | "video"> {
  /** Always the same function. */
  shownMs: () => number | undefined;
}

/** Whether boxes are shown, and how that is changed. */
export interface BoxesChoice {
  isShown: boolean;
  onShown: (isShown: boolean) => void;
}

export interface RecordedBoxes extends BoxesChoice {
  /** Draws them over a picture. */
  draw: (place: RecordedPlace) => ReactNode;
}
