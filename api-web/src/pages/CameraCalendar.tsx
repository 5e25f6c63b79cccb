/** The calendar of the footage of one camera or several: asks for a month when it is looked at. */
import { useState } from "react";
import { useRecordingDays } from "../api/coverage";
import { describeError } from "../api/errors";
import { FootageCalendar } from "../components/recordings/FootageCalendar";
import { monthOf } from "../lib/months";
import { dayKey } from "../lib/time";

interface Props {
  /** "cameras/{id}" each. */
  cameras: readonly string[];
  /** Beginning of the day shown. */
  dayMs: number;
  nowMs: number;
  onDay: (day: string) => void;
}

export function CameraCalendar({ cameras, dayMs, nowMs, onDay }: Props) {
  const chosen = dayKey(dayMs);
  const today = dayKey(nowMs);
  const [month, setMonth] = useState(monthOf(chosen));
  const days = useRecordingDays(cameras, month);
  return (
    <FootageCalendar
      key={month}
      month={month}
      current={monthOf(today)}
      today={today}
      chosen={chosen}
      recorded={days.days}
      error={days.error ? describeError(days.error) : undefined}
      onMonth={setMonth}
      onDay={onDay}
    />
  );
}
