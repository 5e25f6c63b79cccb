/** An error where it belongs: what happened, what to do, and a way to try again. */
import { Alert, Button, Group, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconRefresh } from "@tabler/icons-react";
import type { ErrorWords } from "../api/errors";

interface Props {
  words: ErrorWords;
  /** Refused fields to list, where no form shows them. */
  fields?: readonly { field: string; description: string }[];
  onRetry?: () => void;
  retryLabel?: string;
}

export function ErrorNotice({ words, fields = [], onRetry, retryLabel = "Try again" }: Props) {
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      title={words.title}
      icon={<IconAlertTriangle size={20} aria-hidden />}
    >
      <Stack gap="xs">
        <Text size="sm">{words.message}</Text>
        {fields.length > 0 && (
          <List size="sm">
            {fields.map(({ field, description }) => (
              <List.Item key={`${field}:${description}`}>
                {field}: {description}
              </List.Item>
            ))}
          </List>
        )}
        {words.whatToDo.length > 0 && (
          <List size="sm" aria-label="What to do">
            {words.whatToDo.map((step) => (
              <List.Item key={step}>{step}</List.Item>
            ))}
          </List>
        )}
        {onRetry && (
          <Group>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconRefresh size={14} aria-hidden />}
              onClick={onRetry}
            >
              {retryLabel}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
