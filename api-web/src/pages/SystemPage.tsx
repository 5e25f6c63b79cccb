/** The server: versions, machine, disk, database, what it can encode, decode and detect, its cameras. */
import { useQuery } from "@connectrpc/connect-query";
import { SimpleGrid, Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconCpu, IconDeviceCctv } from "@tabler/icons-react";
import { describeError } from "../api/errors";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { CoderTable } from "../components/system/CoderTable";
import { DiskPanel } from "../components/system/DiskPanel";
import { DatabasePanel, DetectorPanel, ServerPanel } from "../components/system/MachinePanels";
import { type GetSystemInfoResponse, SystemService } from "../gen/ronin/v1/system_pb";
import { decoderWords, encoderWords } from "../lib/coderWords";
import { duration } from "../lib/time";
import { count } from "../lib/units";
import { AllPipelines } from "./AllPipelines";
import { DetectorModels } from "./DetectorModels";

const REFRESH_MS = 10_000;

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
      {info.data && (
        <Stack gap="md">
          <Panel title="Cameras" icon={<IconDeviceCctv size={18} />}>
            <Stack gap="sm">
              <Text size="sm" c="dimmed">
                {cameraWords(info.data)}
              </Text>
              <AllPipelines />
            </Stack>
          </Panel>
          <SystemPanels info={info.data} />
          <DetectorModels />
        </Stack>
      )}
    </>
  );
}

function SystemPanels({ info }: { info: GetSystemInfoResponse }) {
  return (
    <SimpleGrid cols={{ base: 1, md: 2 }} spacing="md">
      <ServerPanel info={info} />
      {info.storage && <DiskPanel storage={info.storage} />}
      <DatabasePanel
        database={info.databaseDetails}
        isAvailable={info.databaseAvailable}
        segments={info.storage?.segments ?? 0n}
      />
      {info.detector && <DetectorPanel detector={info.detector} />}
      <Panel title="Decoders" icon={<IconCpu size={18} />}>
        <CoderTable
          label="Decoders"
          coders={info.decoderDetails}
          words={decoderWords(info.decoderDetails)}
        />
      </Panel>
      <Panel title="Encoders" icon={<IconCpu size={18} />}>
        <CoderTable
          label="Encoders"
          coders={info.encoderDetails}
          words={encoderWords(info.encoderDetails)}
        />
      </Panel>
    </SimpleGrid>
  );
}

function cameraWords({ cameras, camerasStreaming, segmentDurationSeconds }: GetSystemInfoResponse) {
  const all = cameras === 1 ? "1 camera" : `${count(cameras)} cameras`;
  const segments = duration(segmentDurationSeconds * 1000);
  return `${all}, ${count(camerasStreaming)} live right now. A segment is ${segments} long.`;
}
