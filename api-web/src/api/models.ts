/** The models of the object detector, and how each is doing. */
import { useQuery } from "@connectrpc/connect-query";
import { DetectionService } from "../gen/ronin/v1/detection_pb";

const EVERY_MS = 5_000;

/** Asked for every 5 s while its numbers are shown, else once. */
export function useModels({ areNumbersShown = false } = {}) {
  return useQuery(
    DetectionService.method.listModels,
    {},
    areNumbersShown ? { refetchInterval: EVERY_MS, staleTime: 0 } : {},
  );
}
