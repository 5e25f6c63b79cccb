/** A month of one camera as a calendar of weeks: for narrow screens. */

import { weekdayNames, weeksOf } from "../../lib/months";
import { useDayKeys } from "../../lib/useDayKeys";
import type { CameraDays } from "./CoverageMatrix";
import classes from "./coverage.module.css";
import { DayCell } from "./DayCell";

interface Props {
  /** "2026-11" */
  month: string;
  /** "November 2026" */
  monthName: string;
  camera: CameraDays;
}

export function CoverageMonth({ month, monthName, camera }: Props) {
  const { id, displayName } = camera;
  const byDay = new Map(camera.days.map((day) => [day.day, day]));
  const keys = useDayKeys(
    camera.days.find(({ expectedSeconds }) => expectedSeconds > 0)?.day ?? "",
  );
  const long = weekdayNames("long");
  return (
    <table
      className={classes.month}
      aria-label={`Footage of ${displayName} on disk in percent, ${monthName}`}
      onKeyDown={keys.onKeyDown}
    >
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
            {week.map((key, column) => {
              const day = key === undefined ? undefined : byDay.get(key);
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: a column is its weekday.
                <td key={column}>
                  {day && (
                    <DayCell
                      camera={displayName}
                      id={id}
                      day={day}
                      column={column}
                      isDated
                      cellKey={day.day}
                      tabIndex={keys.tabIndexOf(day.day)}
                      onFocus={() => keys.onFocus(day.day)}
                    />
                  )}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
