/** The cameras by the arrangement of this browser, and what changes it. */
import { useState, useSyncExternalStore } from "react";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import {
  type Arranged,
  type ArrangementStore,
  arrange,
  BrowserArrangement,
  withLeftOut,
  withMoved,
  withPutBack,
} from "../live/arrangement";

const browser = new BrowserArrangement(localStorage);

/** What was done last, in words for everybody, and to which camera. */
export interface ArrangementChange {
  id: string;
  words: string;
}

export interface CameraArrangement extends Arranged<Camera> {
  lastChange: ArrangementChange | undefined;
  /** Forgets what was done last. */
  beginAnew: () => void;
  /** To a place from 0. */
  moveTo: (camera: Camera, place: number) => void;
  leaveOut: (camera: Camera) => void;
  putBack: (camera: Camera) => void;
}

export function useArrangement(
  cameras: readonly Camera[],
  store: ArrangementStore = browser,
): CameraArrangement {
  const arrangement = useSyncExternalStore(store.subscribe, store.current);
  const [lastChange, setLastChange] = useState<ArrangementChange>();
  const arranged = arrange(cameras, arrangement);
  const { shown } = arranged;

  return {
    ...arranged,
    lastChange,
    beginAnew: () => setLastChange(undefined),
    moveTo: (camera, wanted) => {
      const { id, displayName } = camera;
      const place = Math.min(Math.max(wanted, 0), shown.length - 1);
      store.save(withMoved(arranged, id, place));
      setLastChange({ id, words: `${displayName} is now ${place + 1} of ${shown.length}.` });
    },
    leaveOut: (camera) => {
      const { id, displayName } = camera;
      store.save(withLeftOut(arranged, id));
      setLastChange({ id, words: `${displayName} is left out.` });
    },
    putBack: (camera) => {
      const { id, displayName } = camera;
      store.save(withPutBack(arranged, id));
      const place = shown.length + 1;
      setLastChange({ id, words: `${displayName} is shown again, ${place} of ${place}.` });
    },
  };
}
