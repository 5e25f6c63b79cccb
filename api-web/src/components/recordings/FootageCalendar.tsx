/** A month to choose a day from; days with footage are marked. */
import { Stack, Text } from "@mantine/core";
import type { ErrorWords } from "../../api/errors";
import { weekdayNames, weeksOf } from "../../lib/months";
import { dayWords, duration, SECOND_MS } from "../../lib/time";
import { useDayKeys } from "../../lib/useDayKeys";
import { MonthPicker } from "../MonthPicker";
import classes from "./FootageCalendar.module.css";

interface Props {
  /** "2026-11" */
  month: string;
  /** The month that is now. */
  current: string;
  /** "2026-11-22", the day that is now. */
  today: string;
  /** The day that is shown on the page. */
  chosen: string;
  /** Seconds on disk by day; undefined while they are asked for. */
  recorded: ReadonlyMap<string, number> | undefined;
  error: ErrorWords | undefined;
  onMonth: (month: string) => void;
  onDay: (day: string) => void;
}

export function FootageCalendar(props: Props) {
  const { month, current, today, chosen, recorded, error, onMonth, onDay } = props;
  const first = chosen.startsWith(month) ? chosen : `${month}-01`;
  const keys = useDayKeys(first);
  const long = weekdayNames("long");
  return (
    <Stack gap="xs">
      <MonthPicker month={month} current={current} onMonth={onMonth} />
      <table className={classes.month} aria-label="Days" onKeyDown={keys.onKeyDown}>
        <thead>
          <tr>
            {weekdayNames().map((name, index) => (
              <th key={name} scope="col" abbr={long[index]}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {weeksOf(month).map((week) => (
            <tr key={week.find(Boolean)} data-row={week.find(Boolean)}>
              {week.map((day, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a column is its weekday.
                <td key={column}>
                  {day && (
                    <button
                      type="button"
                      className={classes.day}
                      data-day={day > today ? undefined : day}
                      data-column={column}
                      data-footage={recorded?.has(day) || undefined}
                      disabled={day > today}
                      aria-current={day === chosen ? "date" : undefined}
                      aria-label={words(day, recorded)}
                      tabIndex={keys.tabIndexOf(day)}
                      onFocus={() => keys.onFocus(day)}
                      onClick={() => onDay(day)}
                    >
                      {Number(day.slice(8))}
                    </button>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <Text size="xs" c="dimmed" maw={280}>
        {error
          ? `Which days have footage is not known: ${error.message}`
          : "Underlined days have footage."}
      </Text>
    </Stack>
  );
}

/** "Sun, 22 Nov, 23 h 10 min of footage" */
function words(day: string, recorded: ReadonlyMap<string, number> | undefined): string {
  const name = dayWords(day);
  if (recorded === undefined) {
    return name;
  }
  const seconds = recorded.get(day) ?? 0;
  return seconds > 0
    ? `${name}, ${duration(seconds * SECOND_MS)} of footage`
    : `${name}, no footage`;
}
