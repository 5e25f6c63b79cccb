/** Events with their pictures, newest first; arrow keys move between them. */
import type { KeyboardEvent } from "react";
import type { Event } from "../../gen/ronin/v1/event_pb";
import { eventCamera } from "../../lib/events";
import { EventCard } from "./EventCard";
import classes from "./EventList.module.css";
import { arrowStep, columnsOf, moveFocus } from "./eventFocus";

interface Props {
  /** What the list is called. */
  label: string;
  events: readonly Event[];
  /** Display names by "cameras/{id}". */
  cameraNames: ReadonlyMap<string, string>;
  pictureOf: (event: Event) => string;
  /** What the page of an event is told of where it was opened. */
  state?: unknown;
  /** Name of the event that keys are about. */
  current: string | undefined;
  onFocus: (event: Event) => void;
  onReview: (event: Event) => void;
  onWhy: (event: Event) => void;
}

export function EventGrid(props: Props) {
  const { label, events, cameraNames, pictureOf, current, ...rest } = props;
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>) => {
    const step = arrowStep(event.key, columnsOf(event.currentTarget));
    const hasModifier = event.ctrlKey || event.altKey || event.metaKey || event.shiftKey;
    if (step !== undefined && !hasModifier && moveFocus(event.currentTarget, step)) {
      event.preventDefault();
    }
  };
  return (
    <ul className={classes.list} aria-label={label} onKeyDown={onKeyDown}>
      {events.map((event) => (
        <EventCard
          key={event.name}
          event={event}
          camera={eventCamera(event, cameraNames)}
          picture={pictureOf(event)}
          isCurrent={event.name === current}
          {...rest}
        />
      ))}
    </ul>
  );
}
