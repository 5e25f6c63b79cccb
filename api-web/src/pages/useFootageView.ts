/** Which cameras the footage page shows and which of them is large, as the URL says it. */
import { useSearchParams } from "react-router";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { FIRST_CAMERAS, parseCameras } from "../lib/footagePath";

/** A change of the view is no new page. */
const KEEP_SCROLL = { preventScrollReset: true, replace: true };

export interface FootageView {
  /** Those of the URL that there are; the first few where it names none. */
  cameras: readonly Camera[];
  /** Id of the one that is large. */
  large: string | undefined;
  setCameras: (ids: readonly string[]) => void;
  setLarge: (id: string | undefined) => void;
}

export function useFootageView(all: readonly Camera[]): FootageView {
  const [params, setParams] = useSearchParams();
  const ids = parseCameras(params.get("cameras"));
  const cameras =
    ids?.flatMap((id) => all.find((camera) => camera.id === id) ?? []) ??
    all.slice(0, FIRST_CAMERAS);
  const large = cameras.find(({ id }) => id === params.get("large"))?.id;
  return {
    cameras,
    large: cameras.length > 1 ? large : undefined,
    setCameras: (next) =>
      setParams((old) => {
        const changed = new URLSearchParams(old);
        changed.set("cameras", next.join(","));
        return changed;
      }, KEEP_SCROLL),
    setLarge: (id) =>
      setParams((old) => {
        const changed = new URLSearchParams(old);
        changed.delete("large");
        if (id !== undefined) {
          changed.set("large", id);
        }
        return changed;
      }, KEEP_SCROLL),
  };
}
