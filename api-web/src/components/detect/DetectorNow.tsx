/** What the detector makes of the picture that came last: why it looked, what it saw, and in which zones. */
import { Stack, Table, Text } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { type Box, cellCount, gateWords, zonesAt } from "../../lib/boxes";
import type { ZoneValues } from "../../lib/detectForm";
import { labelWords, scoreWords } from "../../lib/events";
import { pictureMsWords } from "../../lib/modelWords";
import { SECOND_MS } from "../../lib/time";
import { useNow } from "../../lib/useNow";
import type { SeenPictures } from "../../live/seenPictures";
import { type Fact, Facts } from "../Facts";

/** Five are looked at in a second; without one for this long none comes. */
const QUIET_MS = 5 * SECOND_MS;

interface Props {
  pictures: SeenPictures;
  zones: readonly ZoneValues[];
  /** Why no pictures come, where that is known. */
  words: string | undefined;
}

export function DetectorNow({ pictures, zones, words }: Props) {
  const newest = useSyncExternalStore(pictures.subscribe, pictures.newest);
  useNow();
  if (newest === undefined || performance.now() - newest.toldMs > QUIET_MS) {
    return (
      <Text size="sm" c="dimmed" role="status">
        {words ?? "No picture is looked at right now."}
      </Text>
    );
  }
  const { gate, boxes, detectorMs, motionCells } = newest.picture;
  const cells = cellCount(motionCells);
  const facts: Fact[] = [
    { label: "This picture", value: gateWords(gate) },
    { label: "Detector", value: pictureMsWords(detectorMs) ?? "–" },
    {
      label: "Motion",
      value: cells === 0 ? "None" : `In ${cells} of 256 parts of the picture`,
    },
  ];
  return (
    <Stack gap="sm" style={{ fontVariantNumeric: "tabular-nums" }}>
      <Facts facts={facts} />
      {boxes.length === 0 ? (
        <Text size="sm" c="dimmed">
          No object in this picture.
        </Text>
      ) : (
        <Objects boxes={boxes} zones={zones} />
      )}
    </Stack>
  );
}

function Objects({ boxes, zones }: { boxes: readonly Box[]; zones: readonly ZoneValues[] }) {
  return (
    <Table.ScrollContainer
      minWidth={280}
      type="native"
      role="region"
      aria-label="Table of objects"
      tabIndex={0}
    >
      <Table aria-label="Objects now" verticalSpacing={4} horizontalSpacing={6} fz="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Object</Table.Th>
            <Table.Th ta="right">Sure</Table.Th>
            <Table.Th ta="right">Track</Table.Th>
            <Table.Th>Stands in</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {boxes.map((box, index) => (
            <Table.Tr key={box.trackId === 0n ? `new-${index}` : String(box.trackId)}>
              <Table.Th scope="row" fw={500}>
                {labelWords(box.label)}
                {box.still && ", still"}
              </Table.Th>
              <Table.Td ta="right">{scoreWords(box.score)}</Table.Td>
              <Table.Td ta="right">{box.trackId === 0n ? "new" : String(box.trackId)}</Table.Td>
              <Table.Td>{zonesAt(zones, box).join(", ") || "no zone"}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
