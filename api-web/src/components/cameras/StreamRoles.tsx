/**
 * Which stream is recorded and which is for the grid, what to know about them, and what recording
 * takes on the disk.
 */
import { Alert, Badge, Box, Button, Group, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import {
  IconAlertTriangle,
  IconArrowsLeftRight,
  IconDatabase,
  IconInfoCircle,
} from "@tabler/icons-react";
import type { MediaStream } from "../../gen/ronin/v1/common_pb";
import type { GetStorageResponse } from "../../gen/ronin/v1/storage_pb";
import {
  type Advice,
  estimateWords,
  roomWords,
  storageEstimate,
  streamAdvice,
} from "../../lib/streamAdvice";
import { isPlayableHere } from "../../live/codecs";
import { StreamPicture } from "./StreamCheck";
import { StreamList } from "./StreamList";

/** One of a camera's streams as far as it is known. */
export interface StreamRole {
  /** Without user and password. */
  address: string;
  /** Undefined where it was not seen. */
  streams: readonly MediaStream[] | undefined;
  /** JPEG; undefined where none was taken. */
  picture: Uint8Array | undefined;
  /** Whether a check looked for it in vain. */
  isMissing: boolean;
}

interface Props {
  main: StreamRole;
  /** Undefined where there is none. */
  sub: StreamRole | undefined;
  /** Where the camera's sub stream is set, in words. */
  subWhere: string;
  /** The disk; undefined where it is not known. */
  storage: GetStorageResponse | undefined;
  /** "cameras/{id}" that the streams are of, where it is there already. */
  camera?: string;
  isRecorded: boolean;
  onSwap: () => void;
  /** Leads to where the path of a sub stream is entered. */
  onAddSub?: () => void;
}

export function StreamRoles(props: Props) {
  const { main, sub, subWhere, isRecorded, onSwap, onAddSub } = props;
  const advice = streamAdvice(
    {
      main: main.streams,
      sub: sub?.streams,
      hasSub: sub !== undefined,
      isSubMissing: sub?.isMissing ?? false,
    },
    isPlayableHere,
    subWhere,
  );
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="md">
        <RoleCard name="Main stream" use="recorded, and shown large" role={main} />
        {sub && <RoleCard name="Sub stream" use="for the grid" role={sub} />}
      </SimpleGrid>
      <Group>
        {sub ? (
          <Button
            variant="default"
            leftSection={<IconArrowsLeftRight size={16} aria-hidden />}
            onClick={onSwap}
          >
            Swap main and sub stream
          </Button>
        ) : (
          onAddSub && (
            <Button variant="default" onClick={onAddSub}>
              Enter the path of a sub stream
            </Button>
          )
        )}
      </Group>
      <AdviceList advice={advice} />
      {isRecorded && <Estimate {...props} streams={main.streams} />}
    </Stack>
  );
}

function RoleCard({ name, use, role }: { name: string; use: string; role: StreamRole }) {
  return (
    <Paper withBorder p="sm" bg="transparent" component="section" aria-label={name}>
      <Stack gap="xs">
        <Group gap="xs" justify="space-between">
          <Text fw={600} size="sm">
            {name}
          </Text>
          <Badge variant="default" bg="transparent">
            {use}
          </Badge>
        </Group>
        {role.picture && <StreamPicture name={name} jpeg={role.picture} />}
        {role.streams ? (
          <StreamList streams={role.streams} />
        ) : (
          <Text size="sm" c="dimmed">
            Not checked: what it sends is not known.
          </Text>
        )}
        <Text size="xs" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
          {role.address}
        </Text>
      </Stack>
    </Paper>
  );
}

function AdviceList({ advice }: { advice: readonly Advice[] }) {
  if (advice.length === 0) {
    return null;
  }
  return (
    <Stack gap="xs" component="ul" m={0} p={0} aria-label="What to know about these streams">
      {advice.map(({ tone, title, text }) => (
        <Box key={title} component="li" style={{ listStyle: "none" }}>
          <Alert
            color={tone === "warning" ? "yellow" : "ronin"}
            variant="light"
            title={title}
            icon={
              tone === "warning" ? (
                <IconAlertTriangle size={18} aria-hidden />
              ) : (
                <IconInfoCircle size={18} aria-hidden />
              )
            }
          >
            {text}
          </Alert>
        </Box>
      ))}
    </Stack>
  );
}

type EstimateProps = Pick<StreamRole, "streams"> & Pick<Props, "storage" | "camera">;

function Estimate({ streams, storage, camera }: EstimateProps) {
  const estimate = storageEstimate(streams);
  if (estimate === undefined) {
    return null;
  }
  const room = roomWords(estimate, storage, camera);
  return (
    <Alert
      color={room?.isEnough === false ? "yellow" : "ronin"}
      variant="light"
      title="What recording takes"
      icon={<IconDatabase size={18} aria-hidden />}
    >
      {estimateWords(estimate)} {room?.text}
    </Alert>
  );
}
