/** The disk that footage is written to: how full it is, and what of. */
import { Alert, Anchor, Progress, Stack } from "@mantine/core";
import { IconAlertCircle, IconDatabase } from "@tabler/icons-react";
import { Link } from "react-router";
import type { StorageInfo } from "../../gen/ronin/v1/system_pb";
import { bytes, count, percent } from "../../lib/units";
import { Facts } from "../Facts";
import { Panel } from "../Panel";

/** Less free space than this deserves a warning. */
const LOW_FREE_SHARE = 0.05;

export function DiskPanel({ storage }: { storage: StorageInfo }) {
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

function storageWords(storage: StorageInfo): string {
  return `${bytes(storage.freeBytes)} free of ${bytes(storage.totalBytes)}, ${bytes(storage.recordedBytes)} of footage`;
}
