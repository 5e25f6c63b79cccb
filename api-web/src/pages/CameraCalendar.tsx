/** The calendar of a camera's footage: asks for a month when it is looked at. */
import { useState } from "react";
import { useRecordingDays } from "../api/coverage";
import { describeError } from "../api/errors";
import { FootageCalendar } from "../components/recordings/FootageCalendar";
import { monthOf } from "../lib/months";
import { dayKey } from "../lib/time";

interface Props {
  /** "cameras/{id}" */
  camera: string;
  /** Beginning of the day shown. */
  dayMs: number;
  nowMs: number;
  onDay: (day: string) => void;
}

export function CameraCalendar({ camera, dayMs, nowMs, onDay }: Props) {
  const chosen = dayKey(dayMs);
  const today = dayKey(nowMs);
  const [month, setMonth] = useState(monthOf(chosen));
  const days = useRecordingDays(camera, month);
  return (
    <FootageCalendar
      key={month}
      month={month}
      current={monthOf(today)}
      today={today}
      chosen={chosen}
      recorded={
        days.data &&
        new Map(days.data.days.map(({ day, recordedSeconds }) => [day, recordedSeconds]))
      }
      error={days.error ? describeError(days.error) : undefined}
      onMonth={setMonth}
      onDay={onDay}
    />
  );
}
