/** A list of segments, a page at a time, with play and download. */
import { ActionIcon, Group, Pagination, Stack, Table, Text, Tooltip } from "@mantine/core";
import { IconDownload, IconPlayerPlay } from "@tabler/icons-react";
import { memo, useState } from "react";
import type { Segment } from "../../gen/ronin/v1/recording_pb";
import { clockTime, duration, timestampMs } from "../../lib/time";
import { bytes } from "../../lib/units";

const ROWS = 8;

interface Props {
  segments: readonly Segment[];
  onPlay: (segment: Segment) => void;
}

/** Drawn anew where the list changes, not with each picture that plays above it. */
export const SegmentTable = memo(function SegmentTable({ segments, onPlay }: Props) {
  const [page, setPage] = useState(1);
  const pages = Math.max(1, Math.ceil(segments.length / ROWS));
  const shown = Math.min(page, pages);
  const rows = segments.slice((shown - 1) * ROWS, shown * ROWS);

  return (
    <Stack gap="sm">
      <Table.ScrollContainer minWidth={280}>
        <Table verticalSpacing={6} horizontalSpacing={6} highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Start</Table.Th>
              <Table.Th>Length</Table.Th>
              <Table.Th visibleFrom="xs">Picture</Table.Th>
              <Table.Th>Size</Table.Th>
              <Table.Th ta="right">Actions</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((segment) => (
              <SegmentRow key={segment.name} segment={segment} onPlay={() => onPlay(segment)} />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {segments.length === 1 ? "1 segment" : `${segments.length} segments`}, newest first
        </Text>
        {pages > 1 && (
          <Pagination
            size="sm"
            total={pages}
            value={shown}
            onChange={setPage}
            aria-label="Pages of segments"
            getItemProps={(item) => ({ "aria-label": `Page ${item}` })}
            getControlProps={(control) => ({ "aria-label": `${control} page` })}
          />
        )}
      </Group>
    </Stack>
  );
});

function SegmentRow({ segment, onPlay }: { segment: Segment; onPlay: () => void }) {
  const start = timestampMs(segment.startTime) ?? 0;
  const end = timestampMs(segment.endTime) ?? start;
  const at = clockTime(start);
  return (
    <Table.Tr>
      <Table.Td style={{ fontVariantNumeric: "tabular-nums" }}>{at}</Table.Td>
      <Table.Td>{duration(end - start)}</Table.Td>
      <Table.Td visibleFrom="xs">
        {segment.width} × {segment.height}
      </Table.Td>
      <Table.Td>{bytes(segment.sizeBytes)}</Table.Td>
      <Table.Td>
        <Group gap={4} justify="flex-end" wrap="nowrap">
          <Tooltip label="Play">
            <ActionIcon variant="light" aria-label={`Play the segment of ${at}`} onClick={onPlay}>
              <IconPlayerPlay size={16} />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Download">
            <ActionIcon
              component="a"
              href={segment.downloadPath}
              download
              variant="default"
              aria-label={`Download the segment of ${at}`}
            >
              <IconDownload size={16} />
            </ActionIcon>
          </Tooltip>
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}
