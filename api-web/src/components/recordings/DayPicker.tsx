/** Goes a day back or on, not beyond today. */
import { ActionIcon, Button, Group, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { dayKey, longDate } from "../../lib/time";

interface Props {
  /** Beginning of the day shown. */
  dayMs: number;
  nowMs: number;
  onDay: (dayMs: number | undefined) => void;
}

export function DayPicker({ dayMs, nowMs, onDay }: Props) {
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
      <Text size="sm" aria-live="polite">
        {isToday ? "Today" : longDate(dayMs)}
      </Text>
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
