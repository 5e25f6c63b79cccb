/** How sure the model was from picture to picture. */
import { Group, Text } from "@mantine/core";
import type { Moment } from "../../gen/ronin/v1/event_pb";
import { scorePoints, scoreRange } from "../../lib/eventMoments";
import { scoreWords } from "../../lib/events";
import { clockTime, timestampMs } from "../../lib/time";
import classes from "./ScoreChart.module.css";

const SIZE = { width: 300, height: 90 };

interface Props {
  path: readonly Moment[];
  /** What the rule asks for, 0 to 1; undefined where that is not known. */
  least: number | undefined;
}

export function ScoreChart({ path, least }: Props) {
  const range = scoreRange(path);
  const first = timestampMs(path[0]?.time);
  const last = timestampMs(path.at(-1)?.time);
  if (range === undefined || first === undefined || last === undefined) {
    return <Text size="sm">The server told of no scores.</Text>;
  }
  const { width, height } = SIZE;
  const leastAt = least === undefined ? undefined : (1 - least) * height;
  const asked = least === undefined ? "" : `; the rule asks for ${scoreWords(least)}`;
  const words = `Between ${scoreWords(range.least)} and ${scoreWords(range.most)} in ${path.length} pictures${asked}`;
  return (
    <figure className={classes.figure}>
      <svg
        className={classes.chart}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Score over time: ${words}`}
      >
        {[0, 0.5, 1].map((share) => (
          <line
            key={share}
            className={classes.grid}
            x1={0}
            x2={width}
            y1={share * height}
            y2={share * height}
          />
        ))}
        {leastAt !== undefined && (
          <line className={classes.least} x1={0} x2={width} y1={leastAt} y2={leastAt} />
        )}
        <polyline className={classes.line} points={scorePoints(path, SIZE)} />
      </svg>
      <Group justify="space-between" gap="xs">
        <Text size="xs" c="dimmed">
          {clockTime(first)}
        </Text>
        <Text size="xs" c="dimmed">
          {clockTime(last)}
        </Text>
      </Group>
      <figcaption>
        <Text size="sm">{words}.</Text>
      </figcaption>
    </figure>
  );
}
