/** Events on a bar of footage: pressing one plays it. */
import { Tooltip } from "@mantine/core";
import { eventMarks, markWords } from "../../lib/eventMarks";
import { type EventSpan, onDay, placeOnDay, type Span } from "../../lib/timelineSpans";
import classes from "./CoverageBar.module.css";

interface Props {
  events: readonly EventSpan[];
  window: Span;
  /** Plays an event. */
  onPlay: (event: EventSpan) => void;
}

/** Those of many events are not gone through one by one: there is a list of them. */
export function EventMarks({ events, window, onPlay }: Props) {
  return eventMarks(events, window).map((mark) => {
    const [first] = mark.events;
    const part = onDay({ ...mark, endMs: mark.endMs + 1 }, window);
    return (
      first &&
      part && (
        <Tooltip key={first.name} label={markWords(mark)} multiline maw={340}>
          <button
            type="button"
            className={classes.event}
            data-testid="event-mark"
            style={placeOnDay(part, window)}
            aria-label={markWords(mark)}
            tabIndex={-1}
            onClick={() => onPlay(first)}
          />
        </Tooltip>
      )
    );
  });
}
