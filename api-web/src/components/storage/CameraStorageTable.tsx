/** What each camera takes: bytes, days held, a day's worth, own limits. */
import { Anchor, Badge, Button, Table, Text } from "@mantine/core";
import { IconChartBar } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Camera } from "../../gen/ronin/v1/camera_pb";
import type { CameraStorage } from "../../gen/ronin/v1/storage_pb";
import { dateTime, duration, timestampMs } from "../../lib/time";
import { bytes } from "../../lib/units";
import { limitWords } from "../../lib/volumes";

interface Props {
  rows: readonly CameraStorage[];
  /** Cameras by "cameras/{id}"; those that were removed are not among them. */
  cameras: ReadonlyMap<string, Camera>;
  /** "cameras/{id}" whose days are shown. */
  chosen: string | undefined;
  onChoose: (camera: string) => void;
}

export function CameraStorageTable({ rows, cameras, chosen, onChoose }: Props) {
  return (
    <Table.ScrollContainer minWidth={720}>
      <Table verticalSpacing={8} horizontalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Camera</Table.Th>
            <Table.Th ta="right">Footage</Table.Th>
            <Table.Th>Held</Table.Th>
            <Table.Th ta="right">A day</Table.Th>
            <Table.Th>Own limits</Table.Th>
            <Table.Th ta="right">By day</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Row
              key={row.camera}
              row={row}
              camera={cameras.get(row.camera)}
              isChosen={row.camera === chosen}
              onChoose={() => onChoose(row.camera)}
            />
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

interface RowProps {
  row: CameraStorage;
  camera: Camera | undefined;
  isChosen: boolean;
  onChoose: () => void;
}

function Row({ row, camera, isChosen, onChoose }: RowProps) {
  const id = row.camera.replace("cameras/", "");
  const name = camera?.displayName ?? id;
  const oldest = timestampMs(row.oldestTime);
  const newest = timestampMs(row.newestTime);
  const limits = limitWords(camera?.record?.retentionDays, camera?.record?.retentionMaxBytes);
  return (
    <Table.Tr>
      <Table.Th scope="row" fw={600}>
        {row.removed || camera === undefined ? (
          <>
            {name}{" "}
            <Badge size="sm" variant="default" c="dimmed">
              removed
            </Badge>
          </>
        ) : (
          <Anchor component={Link} to={`/cameras/${id}`} size="sm" fw={600}>
            {name}
          </Anchor>
        )}
      </Table.Th>
      <Table.Td ta="right" style={{ fontVariantNumeric: "tabular-nums" }}>
        {bytes(row.recordedBytes)}
      </Table.Td>
      <Table.Td>
        {oldest === undefined || newest === undefined ? (
          <Text size="sm" c="dimmed">
            nothing yet
          </Text>
        ) : (
          <>
            {duration(newest - oldest)}
            <Text size="xs" c="dimmed">
              since {dateTime(oldest)}
            </Text>
          </>
        )}
      </Table.Td>
      <Table.Td ta="right" style={{ fontVariantNumeric: "tabular-nums" }}>
        {row.bytesPerDay > 0n ? (
          bytes(row.bytesPerDay)
        ) : (
          <Text size="sm" c="dimmed">
            not known yet
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        {limits ?? (
          <Text size="sm" c="dimmed">
            as all cameras
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="right">
        <Button
          size="compact-sm"
          variant={isChosen ? "light" : "default"}
          leftSection={<IconChartBar size={14} aria-hidden />}
          aria-pressed={isChosen}
          aria-label={`Days of ${name}`}
          onClick={onChoose}
        >
          Days
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
