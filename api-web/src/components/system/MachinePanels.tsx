/** The server in facts: program and machine, database, detector. */
import { Text } from "@mantine/core";
import { IconDatabase, IconScan, IconServer } from "@tabler/icons-react";
import { asSentence } from "../../api/errors";
import type {
  DatabaseInfo,
  DetectorInfo,
  GetSystemInfoResponse,
  MachineInfo,
} from "../../gen/ronin/v1/system_pb";
import { inferenceWords } from "../../lib/coderWords";
import { dateTime, duration, timestampMs, viewerZone } from "../../lib/time";
import { bytes, count } from "../../lib/units";
import { type Fact, Facts } from "../Facts";
import { Panel } from "../Panel";

export function ServerPanel({ info }: { info: GetSystemInfoResponse }) {
  const zone = viewerZone();
  const started = timestampMs(info.startTime);
  const now = timestampMs(info.serverTime);
  const facts: Fact[] = [
    { label: "RoninNVR", value: info.version },
    { label: "GStreamer", value: info.gstreamerVersion },
    ...(started === undefined || now === undefined
      ? []
      : [
          {
            label: "Running for",
            value: <span title={dateTime(started)}>{duration(now - started)}</span>,
          },
        ]),
    ...(now === undefined ? [] : [{ label: "Its clock, in your zone", value: dateTime(now) }]),
    {
      label: "Time zone",
      value: info.timeZone === zone ? zone : `${info.timeZone} (yours: ${zone})`,
    },
    ...(info.machine ? machineFacts(info.machine) : []),
  ];
  return (
    <Panel title="Server" icon={<IconServer size={18} />}>
      <Facts facts={facts} />
    </Panel>
  );
}

function machineFacts({ cores, processMemoryBytes, ...load }: MachineInfo): Fact[] {
  const averages = [load.load1m, load.load5m, load.load15m].filter((value) => value !== undefined);
  return [
    { label: "Cores", value: count(cores) },
    ...(averages.length === 0
      ? []
      : [
          {
            label: "Load of 1, 5 and 15 minutes",
            value: (
              <span title={`${cores} is as much as the cores can do`}>
                {averages.map((value) => value.toFixed(2)).join(", ")}
              </span>
            ),
          },
        ]),
    ...(processMemoryBytes === undefined
      ? []
      : [{ label: "Memory that RoninNVR holds", value: bytes(processMemoryBytes) }]),
  ];
}

interface DatabaseProps {
  database: DatabaseInfo | undefined;
  isAvailable: boolean;
  segments: bigint;
}

export function DatabasePanel({ database, isAvailable, segments }: DatabaseProps) {
  const kind = databaseName(database?.kind ?? "");
  const facts: Fact[] = [
    { label: "Kind", value: [kind, database?.version ?? ""].join(" ").trim() },
    {
      label: "Answers",
      value: isAvailable
        ? "Yes"
        : "No. Recording goes on; what would be written waits beside the footage",
    },
    ...(database?.sizeBytes === undefined
      ? []
      : [{ label: "Size", value: bytes(database.sizeBytes) }]),
    ...(isAvailable ? [{ label: "Segments in the index", value: count(segments) }] : []),
  ];
  return (
    <Panel title="Database" icon={<IconDatabase size={18} />}>
      <Facts facts={facts} />
    </Panel>
  );
}

export function DetectorPanel({ detector }: { detector: DetectorInfo }) {
  const { available, model, message, device, inferenceDevice, degraded } = detector;
  return (
    <Panel title="Object detector" icon={<IconScan size={18} />}>
      <Facts
        facts={[
          { label: "Model", value: available ? model : "Not in use" },
          {
            label: available ? "Runs on" : "Models would run on",
            value: inferenceWords(available ? device : inferenceDevice),
          },
        ]}
      />
      {message !== "" && (
        <Text size="sm" mt="xs" {...(degraded ? { c: "var(--tone-trouble)" } : { c: "dimmed" })}>
          {asSentence(message)}
        </Text>
      )}
    </Panel>
  );
}

function databaseName(kind: string): string {
  return kind === "postgres" ? "PostgreSQL" : kind === "sqlite" ? "SQLite" : kind;
}
