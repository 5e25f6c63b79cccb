/** The events of a day as a list, for those to whom marks on a bar say nothing. */
import { Anchor, Button, Group, ScrollArea, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlayerPlay } from "@tabler/icons-react";
import { Link } from "react-router";
import { spanWords } from "../../lib/eventMarks";
import { eventPath } from "../../lib/events";
import type { EventSpan } from "../../lib/timelineSpans";
import classes from "./DayEvents.module.css";

/** Of several cameras each is named. */
export interface DayEvent extends EventSpan {
  camera?: string;
}

interface Props {
  /** In order. */
  events: readonly DayEvent[];
  /** Plays an event. */
  onPlay: (event: EventSpan) => void;
}

export function DayEvents({ events, onPlay }: Props) {
  const [isOpen, { toggle }] = useDisclosure();
  if (events.length === 0) {
    return null;
  }
  return (
    <Stack gap={4}>
      <div>
        <Button size="compact-sm" variant="subtle" aria-expanded={isOpen} onClick={toggle}>
          {events.length === 1 ? "1 event" : `${events.length} events`}
        </Button>
      </div>
      {isOpen && (
        <ScrollArea.Autosize mah={300} type="auto" viewportProps={{ tabIndex: 0 }}>
          <ul className={classes.list} aria-label="Events of the day">
            {events.map((event) => {
              const words = `${spanWords(event)}${event.camera ? `, ${event.camera}` : ""}`;
              return (
                <li key={event.name} className={classes.item}>
                  <Text size="sm" style={{ fontVariantNumeric: "tabular-nums" }}>
                    {words}
                  </Text>
                  <Group gap="xs" wrap="nowrap">
                    <Button
                      size="compact-xs"
                      variant="default"
                      leftSection={<IconPlayerPlay size={14} aria-hidden />}
                      aria-label={`Play: ${words}`}
                      onClick={() => onPlay(event)}
                    >
                      Play
                    </Button>
                    <Anchor
                      component={Link}
                      to={eventPath(event.name)}
                      size="sm"
                      aria-label={`Open: ${words}`}
                    >
                      Open
                    </Anchor>
                  </Group>
                </li>
              );
            })}
          </ul>
        </ScrollArea.Autosize>
      )}
    </Stack>
  );
}
