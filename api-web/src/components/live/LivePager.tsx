/** Goes to the previous and the next page of tiles, or camera. */
import { ActionIcon, Group, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";

interface Props {
  label: string | undefined;
  unit: string;
  canGoBack: boolean;
  canGoOn: boolean;
  onStep: (by: number) => void;
}

export function LivePager({ label, unit, canGoBack, canGoOn, onStep }: Props) {
  return (
    <Group gap={4}>
      <ActionIcon
        variant="default"
        size={30}
        aria-label={`Previous ${unit}`}
        disabled={!canGoBack}
        onClick={() => onStep(-1)}
      >
        <IconChevronLeft size={18} />
      </ActionIcon>
      {label && (
        <Text size="sm" c="dimmed" aria-live="polite">
          {label}
        </Text>
      )}
      <ActionIcon
        variant="default"
        size={30}
        aria-label={`Next ${unit}`}
        disabled={!canGoOn}
        onClick={() => onStep(1)}
      >
        <IconChevronRight size={18} />
      </ActionIcon>
    </Group>
  );
}
