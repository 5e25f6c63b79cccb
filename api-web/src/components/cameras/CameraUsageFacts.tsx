/** What the footage of a camera takes of the disk. */
import { Anchor, Progress, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { type CameraUsage, heldWords } from "../../lib/cameraUsage";
import { dateTime } from "../../lib/time";
import { bytes, percent } from "../../lib/units";
import { type Fact, Facts } from "../Facts";

export function CameraUsageFacts({ id, usage }: { id: string; usage: CameraUsage }) {
  const share = `${percent(usage.share)} of all footage`;
  return (
    <Stack gap="sm">
      <Facts facts={facts(usage)} />
      {usage.bytes > 0 && (
        <Stack gap={4}>
          <Progress value={usage.share * 100} aria-label={share} size="sm" />
          <Text size="xs" c="dimmed">
            {share}
          </Text>
        </Stack>
      )}
      <Anchor component={Link} to={`/storage?camera=${id}`} size="sm">
        Day by day, and what is kept
      </Anchor>
    </Stack>
  );
}

function facts({ bytes: size, heldMs, oldestMs, bytesPerDay }: CameraUsage): Fact[] {
  if (heldMs === undefined || oldestMs === undefined) {
    return [{ label: "Footage", value: "None yet" }];
  }
  return [
    { label: "Footage", value: bytes(size) },
    { label: "Held", value: heldWords(heldMs) },
    { label: "Since", value: dateTime(oldestMs) },
    { label: "A day", value: bytesPerDay > 0 ? bytes(bytesPerDay) : "Not known yet" },
  ];
}
