/** Small pictures of the moments that are pointed at on a timeline. */
import { useEffect, useState } from "react";
import { fetchPreview } from "../api/media";
import type { DayCoverage } from "../lib/timelineSpans";
import { Scrubber } from "../live/scrubber";

/** `days` holds the day of each camera of the timeline, by id. */
export function useScrubber(days: ReadonlyMap<string, DayCoverage>): Scrubber {
  const [scrubber] = useState(() => new Scrubber(fetchPreview));
  useEffect(() => scrubber.setFootage(days), [scrubber, days]);
  useEffect(() => () => scrubber.close(), [scrubber]);
  return scrubber;
}
