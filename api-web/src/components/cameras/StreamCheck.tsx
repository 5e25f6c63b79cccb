/** What the check of one stream found: a picture, the streams and warnings; or why it failed. */
import { Alert, Box, Group, Image, Loader, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconAlertCircle, IconCircleCheck, IconVolumeOff } from "@tabler/icons-react";
import { asSentence } from "../../api/errors";
import type { ProbeCameraResponse } from "../../gen/ronin/v1/camera_pb";
import { hasAudio } from "../../lib/cameraWords";
import { checkWarnings } from "../../lib/streamAdvice";
import { usePictureUrl } from "../../lib/usePictureUrl";
import { ErrorNotice } from "../ErrorNotice";
import { StreamList } from "./StreamList";
import type { Check } from "./useChecks";

/** Enough to see which camera it is. */
const PICTURE_WIDTH = 560;

interface Props {
  name: "Main stream" | "Sub stream";
  /** Where it is looked for, without user and password. */
  address: string;
  check: Check;
}

export function StreamCheck({ name, address, check }: Props) {
  return (
    <Stack gap="sm" component="section" aria-label={name} miw={0}>
      <Box>
        <Title order={3} size="h6">
          {name}
        </Title>
        <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
          {address}
        </Text>
      </Box>
      <Outcome name={name} check={check} />
    </Stack>
  );
}

function Outcome({ name, check }: Pick<Props, "name" | "check">) {
  const { state, isCurrent } = check;
  switch (state.kind) {
    case "trying":
      return (
        <>
          <Group gap="xs" role="status">
            <Loader size="xs" aria-hidden />
            <Text size="sm" c="dimmed">
              Connecting and taking a picture…
            </Text>
          </Group>
          <Skeleton maw={PICTURE_WIDTH} h="auto" style={{ aspectRatio: "16 / 9" }} aria-hidden />
        </>
      );
    case "failed":
      return <ErrorNotice words={state.words} />;
    case "found":
      return isCurrent ? <Found name={name} result={state.result} /> : <Unchecked />;
    case "untried":
      return <Unchecked />;
  }
}

function Unchecked() {
  return (
    <Text size="sm" c="dimmed">
      Not checked yet.
    </Text>
  );
}

function Found({ name, result }: { name: string; result: ProbeCameraResponse }) {
  return (
    <Stack gap="sm">
      <Group gap={6} c="teal" role="status">
        <IconCircleCheck size={20} aria-hidden />
        <Text fw={600} c="var(--mantine-color-text)">
          {name} works
        </Text>
      </Group>
      <StreamPicture name={name} jpeg={result.snapshot} />
      <StreamList streams={result.streams} />
      {!hasAudio(result.streams) && (
        <Group gap="xs" c="dimmed" wrap="nowrap">
          <IconVolumeOff size={16} aria-hidden />
          <Text size="sm">No sound</Text>
        </Group>
      )}
      {checkWarnings(result.warnings).map((warning) => (
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

/** The picture that a check took; words where it took none. */
export function StreamPicture({ name, jpeg }: { name: string; jpeg: Uint8Array }) {
  const picture = usePictureUrl(jpeg);
  if (jpeg.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        The stream arrives, but no picture could be decoded here to show it.
      </Text>
    );
  }
  return (
    <Box
      bg="var(--video-background)"
      maw={PICTURE_WIDTH}
      style={{ aspectRatio: "16 / 9", borderRadius: 8, overflow: "hidden" }}
    >
      {picture && (
        <Image src={picture} alt={`Picture of the ${name.toLowerCase()}`} fit="contain" h="100%" />
      )}
    </Box>
  );
}
