/** What a connection test found: a picture, the streams and warnings; or why it failed. */
import { Alert, Box, Button, Group, Image, Loader, Stack, Text } from "@mantine/core";
import { IconAlertCircle, IconCircleCheck, IconPlugConnected } from "@tabler/icons-react";
import { asSentence, type ErrorWords } from "../../api/errors";
import type { ProbeCameraResponse } from "../../gen/ronin/v1/camera_pb";
import { usePictureUrl } from "../../lib/usePictureUrl";
import { ErrorNotice } from "../ErrorNotice";
import { StreamList } from "./StreamList";

export type ProbeState =
  | { kind: "untried" }
  | { kind: "trying" }
  | { kind: "found"; result: ProbeCameraResponse }
  | { kind: "failed"; words: ErrorWords };

interface Props {
  state: ProbeState;
  onTest: () => void;
  onCancel: () => void;
}

export function ProbeResult({ state, onTest, onCancel }: Props) {
  const isTrying = state.kind === "trying";
  return (
    <Stack gap="sm">
      <Group>
        <Button
          variant="default"
          leftSection={<IconPlugConnected size={16} aria-hidden />}
          onClick={onTest}
          disabled={isTrying}
        >
          Test connection
        </Button>
        {isTrying && (
          <>
            <Group gap="xs" role="status">
              <Loader size="xs" aria-hidden />
              <Text size="sm" c="dimmed">
                Connecting and taking a picture…
              </Text>
            </Group>
            <Button variant="subtle" size="xs" onClick={onCancel}>
              Cancel
            </Button>
          </>
        )}
      </Group>
      {state.kind === "untried" && (
        <Text size="sm" c="dimmed">
          Connects once, shows a picture and what the camera sends. Nothing is saved.
        </Text>
      )}
      {state.kind === "failed" && <ErrorNotice words={state.words} />}
      {state.kind === "found" && <Found result={state.result} />}
    </Stack>
  );
}

function Found({ result }: { result: ProbeCameraResponse }) {
  const picture = usePictureUrl(result.snapshot);
  return (
    <Stack gap="sm" role="status">
      <Group gap={6} c="teal">
        <IconCircleCheck size={20} aria-hidden />
        <Text fw={600} c="var(--mantine-color-text)">
          The camera works
        </Text>
      </Group>
      {picture ? (
        <Box bg="var(--video-background)" style={{ borderRadius: 8, overflow: "hidden" }}>
          <Image src={picture} alt="Picture from the camera" fit="contain" mah={320} />
        </Box>
      ) : (
        <Text size="sm" c="dimmed">
          The stream arrives, but no picture could be decoded here to show it.
        </Text>
      )}
      <StreamList streams={result.streams} />
      {result.warnings.map((warning) => (
        <Alert
          key={warning}
          color="yellow"
          variant="light"
          icon={<IconAlertCircle size={18} aria-hidden />}
        >
          {asSentence(warning)}
        </Alert>
      ))}
    </Stack>
  );
}
