/** Says that something is being fetched, to eyes and to screen readers. */
import { Center, Loader, Stack, Text } from "@mantine/core";

export function Loading({ children = "Loading" }: { children?: string }) {
  return (
    <Center py="xl" role="status">
      <Stack align="center" gap="xs">
        <Loader size="sm" aria-hidden />
        <Text size="sm" c="dimmed">
          {children}
        </Text>
      </Stack>
    </Center>
  );
}
