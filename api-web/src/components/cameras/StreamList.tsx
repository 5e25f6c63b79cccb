/** The streams of a camera: codec, size, pictures per second and bitrate. */
import { Group, Stack, Text } from "@mantine/core";
import { IconMovie, IconVolume } from "@tabler/icons-react";
import { MediaKind, type MediaStream } from "../../gen/ronin/v1/common_pb";
import { streamFacts } from "../../lib/cameraWords";

export function StreamList({ streams }: { streams: readonly MediaStream[] }) {
  if (streams.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Streams are known once the camera is connected.
      </Text>
    );
  }
  return (
    <Stack gap={6} component="ul" m={0} p={0} style={{ listStyle: "none" }}>
      {streams.map((stream) => {
        const isSound = stream.kind === MediaKind.AUDIO;
        return (
          <Group
            key={`${stream.kind}:${stream.codec}:${stream.width}:${stream.sampleRateHz}`}
            component="li"
            gap="xs"
            wrap="nowrap"
            align="baseline"
          >
            <Text component="span" c="dimmed" lh={0} style={{ alignSelf: "flex-start" }} pt={3}>
              {isSound ? (
                <IconVolume size={16} aria-label="Sound" />
              ) : (
                <IconMovie size={16} aria-label="Video" />
              )}
            </Text>
            <Text size="sm" span>
              <span style={{ marginRight: 6 }}>{stream.codec || "Unknown codec"}</span>
              <Text c="dimmed" span inherit style={{ display: "inline-block" }}>
                {streamFacts(stream).join(" · ")}
              </Text>
            </Text>
          </Group>
        );
      })}
    </Stack>
  );
}
