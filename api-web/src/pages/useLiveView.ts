/** What the live page shows, as its URL says, and what changes that. */
import { useSearchParams } from "react-router";
import { type Layout, parseLayout, parsePage } from "../live/gridLayout";

/** A change of the view is no new page. */
const KEEP_SCROLL = { preventScrollReset: true };

export function useLiveView() {
  const [params, setParams] = useSearchParams();
  const change = (changes: Record<string, string | undefined>) =>
    setParams((old) => {
      const next = new URLSearchParams(old);
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) {
          next.delete(key);
        } else {
          next.set(key, value);
        }
      }
      return next;
    }, KEEP_SCROLL);

  return {
    /** Undefined where the URL names none. */
    layout: params.has("layout") ? parseLayout(params.get("layout")) : undefined,
    /** Id of the named layout whose cameras are shown; null: all cameras. */
    layoutId: params.get("show"),
    page: parsePage(params.get("page")),
    /** The camera that is zoomed to. */
    cameraId: params.get("camera"),
    isArranging: params.has("arrange"),
    setLayout: (next: Layout) =>
      change({
        // A named layout has a grid of its own, which this replaces.
        layout: next === "auto" && !params.has("show") ? undefined : next,
        page: undefined,
        camera: undefined,
      }),
    show: (id: string | undefined) =>
      change({ show: id, layout: undefined, page: undefined, camera: undefined }),
    setPage: (page: number) => change({ page: page <= 1 ? undefined : String(page) }),
    zoomTo: (id: string | undefined) => change({ camera: id }),
    setArranging: (isArranging: boolean) =>
      change({ arrange: isArranging ? "on" : undefined, page: undefined }),
  };
}
