/** Heading of a page: its name, a line about it, and what can be done. */
import { Anchor, Box, Group, Text, Title } from "@mantine/core";
import { IconChevronLeft } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";

interface Props {
  title: ReactNode;
  description?: ReactNode;
  back?: { to: string; label: string; state?: unknown };
  actions?: ReactNode;
}

export function PageHeader({ title, description, back, actions }: Props) {
  return (
    <Box mb="lg">
      {back && (
        <Anchor component={Link} to={back.to} state={back.state} size="sm" c="dimmed">
          <Group gap={4} component="span">
            <IconChevronLeft size={16} aria-hidden />
            {back.label}
          </Group>
        </Anchor>
      )}
      <Group justify="space-between" align="center" mt={back ? 6 : 0} gap="sm">
        <Box>
          <Title order={1} size="h2">
            {title}
          </Title>
          {description && (
            <Text c="dimmed" mt={2}>
              {description}
            </Text>
          )}
        </Box>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
    </Box>
  );
}
