/** A few events, one to a line: where there is no room for more. */
import { Badge, Text } from "@mantine/core";
import { Link } from "react-router";
import { type Event, EventState } from "../../gen/ronin/v1/event_pb";
import { eventLength, eventPath, eventSpan, labelWords, scoreWords } from "../../lib/events";
import { dateTime } from "../../lib/time";
import classes from "./EventList.module.css";
import { EventPicture } from "./EventPicture";

interface Props {
  label: string;
  events: readonly Event[];
  pictureOf: (event: Event) => string;
}

export function EventRows({ label, events, pictureOf }: Props) {
  return (
    <ul className={classes.rows} aria-label={label}>
      {events.map((event) => {
        const { startMs } = eventSpan(event);
        return (
          <li key={event.name} className={classes.row}>
            <EventPicture src={pictureOf(event)} alt="" box={event.best} isLazy />
            <div>
              <Text size="sm" component="div">
                <Link to={eventPath(event.name)} className={classes.link}>
                  {labelWords(event.label)}
                </Link>
                {`, ${scoreWords(event.score)} `}
                {event.state === EventState.OPEN && (
                  <Badge color="teal" variant="light" size="sm" c="var(--mantine-color-text)">
                    Going on
                  </Badge>
                )}
              </Text>
              <Text size="xs" c="dimmed" style={{ fontVariantNumeric: "tabular-nums" }}>
                <time dateTime={new Date(startMs).toISOString()}>{dateTime(startMs)}</time>
                {", "}
                <span style={{ whiteSpace: "nowrap" }}>{eventLength(event)}</span>
              </Text>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
