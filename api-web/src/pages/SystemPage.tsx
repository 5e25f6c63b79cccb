/** The server: versions, storage, database, what it can encode, decode and detect. */
import { useQuery } from "@connectrpc/connect-query";
import { Alert, Anchor, Badge, Group, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import {
  IconAlertCircle,
  IconCpu,
  IconDatabase,
  IconDeviceCctv,
  IconScan,
  IconServer,
} from "@tabler/icons-react";
import { Link } from "react-router";
import { describeError } from "../api/errors";
import { ErrorNotice } from "../components/ErrorNotice";
import { Facts } from "../components/Facts";
import { Loading } from "../components/Loading";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import {
  type DetectorInfo,
  type GetSystemInfoResponse,
  type StorageInfo,
  SystemService,
} from "../gen/ronin/v1/system_pb";
import { dateTime, duration, timestampMs } from "../lib/time";
import { bytes, count, percent } from "../lib/units";

const REFRESH_MS = 10_000;
/** Less free space than this deserves a warning. */
const LOW_FREE_SHARE = 0.05;

export function SystemPage() {
  useDocumentTitle("System · RoninNVR");
  const info = useQuery(SystemService.method.getSystemInfo, {}, { refetchInterval: REFRESH_MS });

  return (
    <>
      <PageHeader title="System" description="The server, its disk and what it can do." />
      {info.isPending && <Loading>Asking the server</Loading>}
      {info.error && !info.data && (
        <ErrorNotice words={describeError(info.error)} onRetry={() => void info.refetch()} />
      )}
      {info.data && <SystemPanels info={info.data} />}
    </>
  );
}

function SystemPanels({ info }: { info: GetSystemInfoResponse }) {
  const viewerZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const started = timestampMs(info.startTime);
  const serverNow = timestampMs(info.serverTime);
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <Panel title="Server" icon={<IconServer size={18} />}>
        <Facts
          facts={[
            { label: "RoninNVR", value: info.version },
            { label: "GStreamer", value: info.gstreamerVersion },
            ...(started !== undefined && serverNow !== undefined
              ? [
                  {
                    label: "Running for",
                    value: <span title={dateTime(started)}>{duration(serverNow - started)}</span>,
                  },
                ]
              : []),
            ...(serverNow === undefined
              ? []
              : [{ label: "Its clock, in your zone", value: dateTime(serverNow) }]),
            {
              label: "Time zone",
              value:
                info.timeZone === viewerZone
                  ? info.timeZone
                  : `${info.timeZone} (yours: ${viewerZone})`,
            },
          ]}
        />
      </Panel>
      {info.storage && <Storage storage={info.storage} />}
      <Panel title="Cameras" icon={<IconDeviceCctv size={18} />}>
        <Facts
          facts={[
            { label: "Cameras", value: count(info.cameras) },
            { label: "Live right now", value: count(info.camerasStreaming) },
            {
              label: "Length of a segment",
              value: duration(info.segmentDurationSeconds * 1000),
            },
          ]}
        />
      </Panel>
      <Panel title="Database" icon={<IconDatabase size={18} />}>
        <Facts
          facts={[
            { label: "Kind", value: databaseName(info.database) },
            {
              label: "Answers",
              value: info.databaseAvailable
                ? "Yes"
                : "No. Recording goes on; what would be written waits beside the footage",
            },
            { label: "Segments in the index", value: count(info.storage?.segments ?? 0n) },
          ]}
        />
      </Panel>
      <Panel title="Video" icon={<IconCpu size={18} />}>
        <Stack gap="sm">
          <Elements label="Decoders" names={info.decoders} />
          <Elements label="Encoders" names={info.encoders} />
        </Stack>
      </Panel>
      {info.detector && <Detector detector={info.detector} />}
    </SimpleGrid>
  );
}

function Storage({ storage }: { storage: StorageInfo }) {
  const total = Number(storage.totalBytes);
  const free = Number(storage.freeBytes);
  const footage = Math.min(Number(storage.recordedBytes), Math.max(total - free, 0));
  const other = Math.max(total - free - footage, 0);
  const share = (value: number) => (total > 0 ? (value / total) * 100 : 0);
  const isLow = total > 0 && free / total < LOW_FREE_SHARE;
  return (
    <Panel
      title="Storage"
      icon={<IconDatabase size={18} />}
      aside={
        <Anchor component={Link} to="/storage" size="sm">
          What is kept, and for how long
        </Anchor>
      }
    >
      <Stack gap="sm">
        <Progress.Root size="xl" radius="sm" role="img" aria-label={storageWords(storage)}>
          <Progress.Section value={share(footage)} color="ronin" withAria={false} />
          <Progress.Section value={share(other)} color="gray.6" withAria={false} />
        </Progress.Root>
        {isLow && (
          <Alert
            color="red"
            variant="light"
            p="xs"
            icon={<IconAlertCircle size={18} aria-hidden />}
          >
            Only {percent(free / total)} of the disk is free. Old footage is removed earlier than
            planned, or recording stops when nothing is left.
          </Alert>
        )}
        <Facts
          facts={[
            { label: "Footage", value: `${bytes(footage)} in ${count(storage.segments)} segments` },
            { label: "Other files", value: bytes(other) },
            { label: "Free", value: `${bytes(free)} of ${bytes(total)}` },
            {
              label: "Folder",
              value: <span style={{ fontFamily: "monospace" }}>{storage.path}</span>,
            },
          ]}
        />
      </Stack>
    </Panel>
  );
}

function Elements({ label, names }: { label: string; names: readonly string[] }) {
  return (
    <div>
      <Text size="sm" c="dimmed" mb={4}>
        {label}
      </Text>
      {names.length === 0 ? (
        <Text size="sm">None found. Live pictures and recording do not need any.</Text>
      ) : (
        <Group gap={6}>
          {names.map((name) => (
            <Badge key={name} variant="default" ff="monospace" fw={400}>
              {name}
            </Badge>
          ))}
        </Group>
      )}
    </div>
  );
}

function Detector({ detector }: { detector: DetectorInfo }) {
  return (
    <Panel title="Object detector" icon={<IconScan size={18} />}>
      {detector.available ? (
        <Facts
          facts={[
            { label: "Model", value: detector.model },
            { label: "Runs on", value: detector.device === "cuda" ? "GPU (CUDA)" : "Processor" },
          ]}
        />
      ) : (
        <Stack gap={4}>
          <Text size="sm" fw={600}>
            Not in use
          </Text>
          <Text size="sm" c="dimmed">
            {detector.message}
          </Text>
        </Stack>
      )}
    </Panel>
  );
}

function storageWords(storage: StorageInfo): string {
  return `${bytes(storage.freeBytes)} free of ${bytes(storage.totalBytes)}, ${bytes(storage.recordedBytes)} of footage`;
}

function databaseName(kind: string): string {
  return kind === "postgres" ? "PostgreSQL" : kind === "sqlite" ? "SQLite" : kind;
}
