/** A disk: a bar of what is on it, the numbers, and what to do when it is full. */
import { Alert, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconDatabase } from "@tabler/icons-react";
import type { Volume } from "../../gen/ronin/v1/storage_pb";
import { bytes, percent } from "../../lib/units";
import { partsWords, segmentsWords, volumeParts } from "../../lib/volumes";
import { Panel } from "../Panel";
import classes from "./storage.module.css";

interface Props {
  volume: Volume;
  reserveBytes: bigint;
}

export function VolumePanel({ volume, reserveBytes }: Props) {
  const parts = volumeParts(volume, reserveBytes);
  return (
    <Panel
      title="Disk"
      icon={<IconDatabase size={18} />}
      aside={
        <Text size="sm" c="dimmed" ff="monospace" style={{ overflowWrap: "anywhere" }}>
          {volume.path}
        </Text>
      }
    >
      <Stack gap="sm">
        {volume.full && <FullNotice />}
        <div
          className={classes.bar}
          role="img"
          aria-label={`Of ${bytes(volume.totalBytes)}: ${partsWords(parts)}`}
        >
          {parts.map(({ key, share }) => (
            <div
              key={key}
              className={classes.part}
              data-part={key}
              style={{ flexGrow: share, flexBasis: 0 }}
            />
          ))}
        </div>
        <dl className={classes.legend}>
          {parts.map(({ key, label, bytes: size, share }) => (
            <div key={key}>
              <dt>
                <span className={classes.key} data-part={key} aria-hidden="true" />
                {label}
              </dt>
              <dd>
                {bytes(size)}{" "}
                <Text span size="xs" c="dimmed">
                  {percent(share)}
                </Text>
              </dd>
            </div>
          ))}
        </dl>
        <Text size="sm" c="dimmed">
          {bytes(volume.totalBytes)} in all · {segmentsWords(volume.segments)}
        </Text>
      </Stack>
    </Panel>
  );
}

function FullNotice() {
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      title="The disk is full: recording pauses"
      icon={<IconAlertTriangle size={20} aria-hidden />}
    >
      <Text size="sm">
        There is no room beyond the reserve, and nothing that may be deleted to make some. Recording
        goes on by itself as soon as there is.
      </Text>
      <List size="sm" mt={4} aria-label="What to do">
        <List.Item>Delete other files from this disk.</List.Item>
        <List.Item>Take the protection from footage that is not needed any more.</List.Item>
        <List.Item>Make the reserve below smaller, or the disk larger.</List.Item>
      </List>
    </Alert>
  );
}
