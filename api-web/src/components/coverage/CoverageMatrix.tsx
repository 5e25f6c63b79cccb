/** A month of every camera: a row for each camera, a column for each day. */
import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import type { DayCoverage } from "../../gen/ronin/v1/recording_pb";
import { monthShare } from "../../lib/coverage";
import { weekday } from "../../lib/months";
import { dayWords } from "../../lib/time";
import { percent } from "../../lib/units";
import { useDayKeys } from "../../lib/useDayKeys";
import classes from "./coverage.module.css";
import { DayCell } from "./DayCell";

export interface CameraDays {
  id: string;
  displayName: string;
  days: readonly DayCoverage[];
}

interface Props {
  /** "November 2026" */
  month: string;
  cameras: readonly CameraDays[];
}

/** Saturday and Sunday. */
const WEEKEND = 5;

export function CoverageMatrix({ month, cameras }: Props) {
  const days = cameras[0]?.days.map(({ day }) => day) ?? [];
  const keys = useDayKeys(firstKey(cameras));
  return (
    <div className={classes.scroll}>
      <table
        className={classes.matrix}
        aria-label={`Footage on disk in percent, ${month}`}
        onKeyDown={keys.onKeyDown}
      >
        <thead>
          <tr>
            <th scope="col">Camera</th>
            {days.map((day) => (
              <th
                key={day}
                scope="col"
                data-weekend={weekday(day) >= WEEKEND || undefined}
                abbr={dayWords(day)}
              >
                {Number(day.slice(8))}
              </th>
            ))}
            <th scope="col" className={classes.share}>
              Month
            </th>
          </tr>
        </thead>
        <tbody>
          {cameras.map(({ id, displayName, days: cells }) => (
            <tr key={id} data-row={id}>
              <th scope="row" className={classes.name}>
                <Anchor component={Link} to={`/cameras/${id}`} size="sm" fw={600}>
                  {displayName}
                </Anchor>
              </th>
              {cells.map((day, column) => {
                const key = `${id}/${day.day}`;
                return (
                  <td key={day.day}>
                    <DayCell
                      camera={displayName}
                      id={id}
                      day={day}
                      column={column}
                      cellKey={key}
                      tabIndex={keys.tabIndexOf(key)}
                      onFocus={() => keys.onFocus(key)}
                    />
                  </td>
                );
              })}
              <td className={classes.share}>{shareWords(cells)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export function shareWords(days: readonly DayCoverage[]): string {
  const share = monthShare(days);
  return share === undefined ? "–" : percent(share);
}

/** The cell that the tab key reaches first. */
function firstKey(cameras: readonly CameraDays[]): string {
  for (const { id, days } of cameras) {
    const day = days.find(({ expectedSeconds }) => expectedSeconds > 0);
    if (day !== undefined) {
      return `${id}/${day.day}`;
    }
  }
  return "";
}
