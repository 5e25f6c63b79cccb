/** How long the disk will do: the server's words, and the numbers behind them. */
import { Group, Paper, Text } from "@mantine/core";
import { IconCalendarTime } from "@tabler/icons-react";
import { asSentence } from "../../api/errors";
import type { Forecast } from "../../gen/ronin/v1/storage_pb";
import { dayKey, dayWords, timestampMs } from "../../lib/time";
import { bytes } from "../../lib/units";
import { daysWords } from "../../lib/volumes";

export function ForecastNotice({ forecast }: { forecast: Forecast }) {
  const full = timestampMs(forecast.fullTime);
  const isKnown = forecast.bytesPerDay > 0n;
  const facts = [
    ...(isKnown ? [`All cameras write ${bytes(forecast.bytesPerDay)} a day`] : []),
    ...(forecast.daysThatFit > 0 ? [`${daysWords(forecast.daysThatFit)} fit`] : []),
    ...(forecast.neededBytes > 0n
      ? [`the days asked for need ${bytes(forecast.neededBytes)}`]
      : []),
    ...(full === undefined ? [] : [`full around ${dayWords(dayKey(full))}`]),
  ];
  return (
    <Paper withBorder p="md" bg="var(--panel-background)" component="section" aria-label="Forecast">
      <Group gap="md" wrap="nowrap" align="flex-start">
        <IconCalendarTime
          size={30}
          stroke={1.5}
          aria-hidden
          color={full === undefined ? "currentColor" : "var(--bar-playhead)"}
          style={{ flexShrink: 0 }}
        />
        <div>
          <Text fz={20} fw={650} lh={1.3}>
            {asSentence(forecast.message) ||
              "How long the disk will do is known after the first hours of footage."}
          </Text>
          {facts.length > 0 && (
            <Text size="sm" c="dimmed" mt={2}>
              {facts.join(" · ")}.
            </Text>
          )}
        </div>
      </Group>
    </Paper>
  );
}
