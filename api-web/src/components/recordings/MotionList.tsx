/** When something moved, each with a picture of it; choosing one plays it. */
import { Text, UnstyledButton } from "@mantine/core";
import { dateTime, duration } from "../../lib/time";
import type { Span } from "../../lib/timelineSpans";
import classes from "./MotionList.module.css";

interface Props {
  /** Address of the picture of a moment. */
  pictureAt: (ms: number) => string;
  spans: readonly Span[];
  onChoose: (span: Span) => void;
}

export function MotionList({ pictureAt, spans, onChoose }: Props) {
  return (
    <ul className={classes.list} aria-label="Motion">
      {spans.map((span) => (
        <li key={span.startMs}>
          <UnstyledButton className={classes.item ?? ""} onClick={() => onChoose(span)}>
            <img
              className={classes.picture}
              src={pictureAt((span.startMs + span.endMs) / 2)}
              alt=""
              loading="lazy"
            />
            <Text size="sm" fw={500}>
              {dateTime(span.startMs)}
            </Text>
            <Text size="xs" c="dimmed">
              {duration(span.endMs - span.startMs)}
            </Text>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
}
