/** Which cameras the footage page shows, and which day. */
import { CameraPicker } from "../components/recordings/CameraPicker";
import { DayPicker } from "../components/recordings/DayPicker";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { MOST_CAMERAS } from "../lib/footagePath";
import { dayKey, parseDayKey } from "../lib/time";
import type { Span } from "../lib/timelineSpans";
import { CameraCalendar } from "./CameraCalendar";
import type { FootageView } from "./useFootageView";

interface Props {
  all: readonly Camera[];
  view: FootageView;
  day: Span;
  nowMs: number;
  onDay: (dayMs: number | undefined) => void;
}

export function FootageChoice({ all, view, day, nowMs, onDay }: Props) {
  const { cameras, setCameras } = view;
  return (
    <>
      <CameraPicker
        all={all}
        chosen={cameras.map(({ id }) => id)}
        most={MOST_CAMERAS}
        onChoose={setCameras}
      />
      <DayPicker
        dayMs={day.startMs}
        nowMs={nowMs}
        onDay={onDay}
        calendar={(close) => (
          <CameraCalendar
            cameras={cameras.map(({ name }) => name)}
            dayMs={day.startMs}
            nowMs={nowMs}
            onDay={(key) => {
              close();
              onDay(key === dayKey(nowMs) ? undefined : parseDayKey(key));
            }}
          />
        )}
      />
    </>
  );
}
