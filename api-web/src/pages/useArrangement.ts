/**
 * The cameras by a named layout, or by the arrangement of this browser where none is chosen, and what
 * changes that.
 */
import { useState, useSyncExternalStore } from "react";
import type { LayoutContent } from "../api/layouts";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import type { Layout } from "../gen/ronin/v1/layout_pb";
import { notifyFailure } from "../lib/notify";
import {
  type Arranged,
  type Arrangement,
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

interface Chosen {
  chosen: Layout | undefined;
  change: ((changes: Partial<LayoutContent>) => Promise<void>) | undefined;
}

export function useArrangement(
  cameras: readonly Camera[],
  { chosen, change }: Chosen,
): CameraArrangement {
  const own = useSyncExternalStore(browser.subscribe, browser.current);
  const arrangement = chosen ? arrangementOf(chosen, cameras) : own;
  const save = (wanted: Arrangement) => {
    if (chosen === undefined) {
      browser.save(wanted);
      return;
    }
    const names = wanted.order.map((id) => `cameras/${id}`);
    change?.({ cameras: names }).catch((e) =>
      notifyFailure(`${chosen.displayName} could not be changed`, e),
    );
  };
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
      save(withMoved(arranged, id, place));
      setLastChange({ id, words: `${displayName} is now ${place + 1} of ${shown.length}.` });
    },
    leaveOut: (camera) => {
      const { id, displayName } = camera;
      save(withLeftOut(arranged, id));
      setLastChange({ id, words: `${displayName} is left out.` });
    },
    putBack: (camera) => {
      const { id, displayName } = camera;
      save(withPutBack(arranged, id));
      const place = shown.length + 1;
      setLastChange({ id, words: `${displayName} is shown again, ${place} of ${place}.` });
    },
  };
}

/** A named layout shows the cameras that it names and no others. */
function arrangementOf(layout: Layout, cameras: readonly Camera[]): Arrangement {
  const named = new Set(layout.cameras);
  return {
    order: layout.cameras.map((name) => name.replace("cameras/", "")),
    leftOut: cameras.filter(({ name }) => !named.has(name)).map(({ id }) => id),
  };
}
