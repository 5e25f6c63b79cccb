/** A day of a camera: share on disk as number and colour, the rest in words, a link to its footage. */
import { Tooltip } from "@mantine/core";
import { Link } from "react-router";
import type { DayCoverage } from "../../gen/ronin/v1/recording_pb";
import { coverageNumber, coverageTone, dayCoverageWords } from "../../lib/coverage";
import classes from "./coverage.module.css";

interface Props {
  /** What people call the camera. */
  camera: string;
  /** Id of the camera. */
  id: string;
  day: DayCoverage;
  /** Position in its row. */
  column: number;
  /** The day of the month above the number. */
  isDated?: boolean;
  tabIndex: number;
  onFocus: () => void;
  /** Names the cell among all others of the table. */
  cellKey: string;
}

export function DayCell(props: Props) {
  const { camera, id, day, column, isDated = false, tabIndex, onFocus, cellKey } = props;
  const words = dayCoverageWords(day);
  const date = isDated && <span className={classes.date}>{Number(day.day.slice(8))}</span>;
  const tone = coverageTone(day);
  if (tone === "none") {
    return (
      <span className={classes.cell} data-tone="none">
        {date}
        <span aria-hidden="true">{isDated ? "" : "·"}</span>
      </span>
    );
  }
  return (
    <Tooltip label={words} multiline maw={360}>
      <Link
        to={`/cameras/${id}?day=${day.day}`}
        className={classes.cell}
        data-tone={tone}
        data-day={cellKey}
        data-column={column}
        tabIndex={tabIndex}
        onFocus={onFocus}
        aria-label={`${camera}, ${words}`}
      >
        {date}
        {coverageNumber(day)}
      </Link>
    </Tooltip>
  );
}
