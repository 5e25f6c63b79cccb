/** How much footage there is of one camera, put together from what several calls say. */
import { useMemo } from "react";
import type { GetStorageResponse } from "../gen/ronin/v1/storage_pb";
import type { Footage } from "../lib/removal";
import { addDays, dayKey, timestampMs } from "../lib/time";
import { useProtectedSpans } from "./protection";
import { useStorage, useStorageDays } from "./storage";

/** The most days that one call answers for. */
const DAYS = 366;

/** The footage of `id`; nothing is asked while that is undefined. */
export function useFootage(id: string | undefined): {
  footage: Footage | undefined;
  error: Error | null;
} {
  const isAsked = id !== undefined;
  const camera = isAsked ? `cameras/${id}` : undefined;
  const lastDay = dayKey(Date.now());
  const firstDay = addDays(lastDay, 1 - DAYS);
  const storage = useStorage({ enabled: isAsked });
  const days = useStorageDays(camera, firstDay, lastDay);
  const { spans, error: spansError } = useProtectedSpans(camera);

  const footage = useMemo(() => {
    if (id === undefined || !storage.data || !days.data || !spans) {
      return undefined;
    }
    return footageOf(id, storage.data, {
      days: days.data.days.length,
      protectedSpans: spans.length,
      firstDay,
    });
  }, [id, storage.data, days.data, spans, firstDay]);
  return { footage, error: storage.error ?? days.error ?? spansError };
}

function footageOf(
  id: string,
  storage: GetStorageResponse,
  known: { days: number; protectedSpans: number; firstDay: string },
): Footage {
  const row = storage.cameras.find(({ camera }) => camera === `cameras/${id}`);
  const oldestMs = timestampMs(row?.oldestTime);
  const root = storage.volumes[0]?.path;
  return {
    bytes: row?.recordedBytes ?? 0n,
    segments: row?.segments ?? 0n,
    days: known.days,
    isOlder: oldestMs !== undefined && dayKey(oldestMs) < known.firstDay,
    oldestMs,
    protectedSpans: known.protectedSpans,
    folder: root && `${root.replace(/\/$/, "")}/${id}`,
    policy: storage.policy,
  };
}
