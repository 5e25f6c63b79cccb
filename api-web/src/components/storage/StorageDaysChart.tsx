/** What a camera takes on each day, as bars; the same as a table for those who cannot see them. */
import { Stack, Table, Text, Tooltip, VisuallyHidden } from "@mantine/core";
import type { StorageDay } from "../../gen/ronin/v1/storage_pb";
import { daysBetween, dayWords } from "../../lib/time";
import { bytes } from "../../lib/units";
import { segmentsWords } from "../../lib/volumes";
import classes from "./storage.module.css";

interface Props {
  /** What people call the camera. */
  camera: string;
  startDay: string;
  endDay: string;
  days: readonly StorageDay[];
}

export function StorageDaysChart({ camera, startDay, endDay, days }: Props) {
  const known = new Map(days.map((day) => [day.day, day]));
  const all = daysBetween(startDay, endDay).map((day) => ({
    day,
    bytes: known.get(day)?.recordedBytes ?? 0n,
    segments: known.get(day)?.segments ?? 0n,
  }));
  const largest = Math.max(1, ...all.map((day) => Number(day.bytes)));
  const title = `Footage of ${camera} by day, ${dayWords(startDay)} to ${dayWords(endDay)}`;
  return (
    <Stack gap={4}>
      <Text size="xs" c="dimmed" aria-hidden>
        {bytes(largest)}
      </Text>
      <div className={classes.days} aria-hidden="true">
        {all.map((day) => (
          <Tooltip
            key={day.day}
            label={`${dayWords(day.day)}: ${bytes(day.bytes)}`}
            events={{ hover: true, focus: false, touch: true }}
          >
            <div className={classes.day}>
              <span style={{ height: `${((Number(day.bytes) / largest) * 100).toFixed(2)}%` }} />
            </div>
          </Tooltip>
        ))}
      </div>
      <div className={classes.ends} aria-hidden="true">
        <span>{dayWords(startDay)}</span>
        <span>{dayWords(endDay)}</span>
      </div>
      <VisuallyHidden>
        <Table>
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">Day</th>
              <th scope="col">Footage</th>
              <th scope="col">Files</th>
            </tr>
          </thead>
          <tbody>
            {all.map((day) => (
              <tr key={day.day}>
                <th scope="row">{dayWords(day.day)}</th>
                <td>{bytes(day.bytes)}</td>
                <td>{segmentsWords(day.segments)}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      </VisuallyHidden>
    </Stack>
  );
}
