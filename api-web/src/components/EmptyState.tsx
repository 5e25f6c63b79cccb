/** What a page shows when there is nothing yet: what it is for and the next step. */
import { Paper, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  icon: ReactNode;
  /** 1 where this is the whole page, 2 under a page heading. */
  level?: 1 | 2;
  title: string;
  children: ReactNode;
  action?: ReactNode;
}

export function EmptyState({ icon, level = 1, title, children, action }: Props) {
  return (
    <Paper withBorder p="xl" bg="var(--panel-background)">
      <Stack align="center" gap="md" py="xl" ta="center">
        <ThemeIcon size={64} radius="xl" variant="light" aria-hidden>
          {icon}
        </ThemeIcon>
        <Title order={level} size="h3">
          {title}
        </Title>
        <Text c="dimmed" maw={460}>
          {children}
        </Text>
        {action}
      </Stack>
    </Paper>
  );
}
