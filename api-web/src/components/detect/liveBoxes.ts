/** What is drawn over a live picture of what the detector sees. */
import type { SeenPictures } from "../../live/seenPictures";
import type { DrawnArea } from "./areas";

export interface LiveBoxes {
  pictures: SeenPictures;
  isShown: boolean;
  /** Shows the boxes or hides them; undefined where that is not the person's to choose. */
  onShown?: (isShown: boolean) => void;
  /** Zones and masks to draw beneath them. */
  areas?: readonly DrawnArea[];
  /** Whether the cells are drawn in which something moves. */
  hasCells?: boolean;
}
