/** Goes a month back or on, not beyond the current one. */
import { ActionIcon, Button, Group, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { addMonths, monthWords } from "../lib/months";

interface Props {
  /** "2026-11" */
  month: string;
  /** The month that is now. */
  current: string;
  onMonth: (month: string) => void;
  /** Whether a button leads back to the current month. */
  hasReturn?: boolean;
}

export function MonthPicker({ month, current, onMonth, hasReturn = false }: Props) {
  return (
    <Group gap={6} wrap="nowrap" justify="space-between">
      {hasReturn && month !== current && (
        <Button size="compact-sm" variant="subtle" onClick={() => onMonth(current)}>
          This month
        </Button>
      )}
      <ActionIcon
        variant="default"
        aria-label="Month before"
        onClick={() => onMonth(addMonths(month, -1))}
      >
        <IconChevronLeft size={16} />
      </ActionIcon>
      <Text size="sm" fw={600} miw={130} ta="center" aria-live="polite">
        {monthWords(month)}
      </Text>
      <ActionIcon
        variant="default"
        aria-label="Month after"
        disabled={month >= current}
        onClick={() => onMonth(addMonths(month, 1))}
      >
        <IconChevronRight size={16} />
      </ActionIcon>
    </Group>
  );
}
