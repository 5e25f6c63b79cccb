/** The frame of the pages before somebody is signed in. */
import { Center, Group, Paper, Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { Logo } from "./Logo";

interface Props {
  title: string;
  description?: ReactNode;
  children: ReactNode;
}

export function FrontDoor({ title, description, children }: Props) {
  return (
    <Center component="main" mih="100dvh" p="md">
      <Stack gap="lg" w="100%" maw={420}>
        <Group gap="sm" justify="center">
          <Logo size={38} />
          <Text fz={24} fw={700} lts={-0.3}>
            RoninNVR
          </Text>
        </Group>
        <Paper withBorder shadow="md" p="xl" bg="var(--panel-background)">
          <Title order={1} size="h3">
            {title}
          </Title>
          {description && (
            <Text c="dimmed" size="sm" mt={6}>
              {description}
            </Text>
          )}
          <Stack gap="md" mt="lg">
            {children}
          </Stack>
        </Paper>
      </Stack>
    </Center>
  );
}
