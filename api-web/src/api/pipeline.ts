/** Numbers and drawings of cameras' pipelines. Asked for only by pages that show them. */
import { useQuery } from "@connectrpc/connect-query";
import { SystemService } from "../gen/ronin/v1/system_pb";

const STATS_EVERY_MS = 2_000;
/** A graph changes when a file is cut or a camera connects. */
const GRAPH_EVERY_MS = 10_000;

/**
 * The numbers of the camera "cameras/{id}", one request every 2 s. TanStack Query asks only while
 * the page is visible; `isShown` says whether the place on it is.
 */
export function usePipelineStats(camera: string, isShown = true) {
  return useQuery(
    SystemService.method.getPipelineStats,
    { camera },
    { refetchInterval: STATS_EVERY_MS, staleTime: 0, enabled: isShown },
  );
}

/** The graph of the camera "cameras/{id}", as it was a moment ago. */
export function usePipelineGraph(camera: string) {
  return useQuery(
    SystemService.method.getPipelineGraph,
    { camera },
    { refetchInterval: GRAPH_EVERY_MS, staleTime: 0 },
  );
}
