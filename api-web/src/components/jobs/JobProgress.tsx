/** How much of a job is done. */
import { Group, Progress, Text } from "@mantine/core";

export function JobProgress({ title, percent }: { title: string; percent: number }) {
  const whole = Math.floor(percent);
  return (
    <Group gap="xs" wrap="nowrap">
      <Progress value={whole} aria-label={`How much of “${title}” is done`} style={{ flex: 1 }} />
      <Text size="sm" w={48} ta="right" aria-hidden>
        {whole} %
      </Text>
    </Group>
  );
}
