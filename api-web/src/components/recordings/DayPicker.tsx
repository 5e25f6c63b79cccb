/** Goes a day back or on, not beyond today, or to any day of a calendar. */
import { ActionIcon, Button, Group, Popover } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconCalendar, IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { dayKey, longDate } from "../../lib/time";

interface Props {
  /** Beginning of the day shown. */
  dayMs: number;
  nowMs: number;
  onDay: (dayMs: number | undefined) => void;
  /** The calendar, drawn while it is open; `close` closes it. */
  calendar: (close: () => void) => ReactNode;
}

export function DayPicker({ dayMs, nowMs, onDay, calendar }: Props) {
  const [isOpen, { toggle, close }] = useDisclosure();
  const isToday = dayKey(dayMs) === dayKey(nowMs);
  const step = (days: number) => {
    const date = new Date(dayMs);
    const next = new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime();
    onDay(dayKey(next) === dayKey(nowMs) ? undefined : next);
  };
  return (
    <Group gap={6}>
      {!isToday && (
        <Button size="compact-sm" variant="subtle" onClick={() => onDay(undefined)}>
          Today
        </Button>
      )}
      <ActionIcon variant="default" aria-label="Day before" onClick={() => step(-1)}>
        <IconChevronLeft size={16} />
      </ActionIcon>
      <Popover
        opened={isOpen}
        onChange={(opened) => !opened && close()}
        position="bottom"
        shadow="md"
        trapFocus
        returnFocus
      >
        <Popover.Target>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconCalendar size={15} aria-hidden />}
            aria-label={`Day: ${isToday ? "today" : longDate(dayMs)}`}
            onClick={toggle}
          >
            {isToday ? "Today" : longDate(dayMs)}
          </Button>
        </Popover.Target>
        <Popover.Dropdown p="sm">{isOpen && calendar(close)}</Popover.Dropdown>
      </Popover>
      <ActionIcon
        variant="default"
        aria-label="Day after"
        disabled={isToday}
        onClick={() => step(1)}
      >
        <IconChevronRight size={16} />
      </ActionIcon>
    </Group>
  );
}
