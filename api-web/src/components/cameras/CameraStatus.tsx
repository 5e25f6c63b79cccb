/** How a camera is doing: badges, the fault with the next attempt, and warnings. */
import { Alert, Badge, Group, List, Text } from "@mantine/core";
import { IconExclamationCircle, IconPointFilled } from "@tabler/icons-react";
import { asSentence, faultAdvice, faultTitle } from "../../api/errors";
import { type Camera, CameraState } from "../../gen/ronin/v1/camera_pb";
import { clockWords, stateWords } from "../../lib/cameraWords";
import { dateTime, duration, timestampMs } from "../../lib/time";
import { useNow } from "../../lib/useNow";
import { nextAttempt } from "../../live/tileWords";
import { StateBadge } from "./StateBadge";

/** State, recording and since when. */
export function CameraBadges({ camera }: { camera: Camera }) {
  const status = camera.status;
  const since = timestampMs(status?.sinceTime);
  const now = useNow(10_000);
  return (
    <Group gap="xs">
      <StateBadge words={stateWords(camera)} size="md" />
      {status?.recording ? (
        <Badge
          size="md"
          variant="default"
          bg="transparent"
          leftSection={<IconPointFilled size={14} color="#f5605d" aria-hidden />}
        >
          Recording
        </Badge>
      ) : (
        <Badge size="md" variant="default" bg="transparent" c="dimmed">
          Not recording
        </Badge>
      )}
      {since !== undefined && (
        <Text size="xs" c="dimmed" title={dateTime(since)}>
          for {duration(now - since)}
        </Text>
      )}
    </Group>
  );
}

interface TroubleProps {
  camera: Camera;
  /** Whether what to do about the fault is listed too. */
  isDetailed?: boolean;
}

/** The fault with the next attempt, and trouble that does not stop the video. */
export function CameraTrouble({ camera, isDetailed = false }: TroubleProps) {
  const status = camera.status;
  const isWaiting = status?.state === CameraState.BACKOFF;
  const now = useNow(1_000, isWaiting);
  if (status === undefined || camera.enabled === false) {
    return null;
  }
  const dropped = status.droppedFrames;
  const clock = clockWords(status.clockOffsetSeconds);
  const warnings = [
    ...status.warnings.map(asSentence),
    ...(clock === undefined ? [] : [clock]),
    ...(dropped > 0n
      ? [`${dropped} pictures were dropped before the recorder: the disk is too slow.`]
      : []),
  ];
  return (
    <>
      {status.fault && (
        <Alert
          color="red"
          variant="light"
          p="xs"
          title={faultTitle(status.fault.reason)}
          icon={<IconExclamationCircle size={18} aria-hidden />}
        >
          {asSentence(status.fault.message)}{" "}
          {isWaiting && nextAttempt(timestampMs(status.nextAttemptTime), now)}
          {status.failedAttempts > 1 && ` ${status.failedAttempts} attempts failed so far.`}
          {isDetailed && <WhatToDo reason={status.fault.reason} />}
        </Alert>
      )}
      {status.recordingFault && (
        <Alert
          color="red"
          variant="light"
          p="xs"
          title="Pictures arrive, but they are not recorded"
          icon={<IconExclamationCircle size={18} aria-hidden />}
        >
          {asSentence(status.recordingFault.message || status.recordingFault.reason)}{" "}
          {failingSince(timestampMs(status.recordingFault.time))}
        </Alert>
      )}
      {warnings.map((warning) => (
        <Alert
          key={warning}
          color="yellow"
          variant="light"
          p="xs"
          icon={<IconExclamationCircle size={18} aria-hidden />}
        >
          {warning}
        </Alert>
      ))}
    </>
  );
}

function WhatToDo({ reason }: { reason: string }) {
  const steps = faultAdvice(reason);
  return steps.length === 0 ? null : (
    <List size="sm" mt="xs" aria-label="What to do">
      {steps.map((step) => (
        <List.Item key={step}>{step}</List.Item>
      ))}
    </List>
  );
}

function failingSince(ms: number | undefined): string {
  return ms === undefined ? "" : `Since ${dateTime(ms)}.`;
}
