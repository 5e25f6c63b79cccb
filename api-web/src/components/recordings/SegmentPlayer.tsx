/** Plays one recorded segment in a dialog. */
import { Alert, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { Segment } from "../../gen/ronin/v1/recording_pb";
import { dateTime, timestampMs } from "../../lib/time";
import { codecName } from "../../live/codecs";

interface Props {
  /** The segment to play; undefined while the dialog is closed. */
  segment: Segment | undefined;
  onClose: () => void;
}

export function SegmentPlayer({ segment, onClose }: Props) {
  return (
    <Modal
      opened={segment !== undefined}
      onClose={onClose}
      size="xl"
      title={segment && `Recorded ${dateTime(timestampMs(segment.startTime) ?? 0)}`}
    >
      {segment && <Playback key={segment.name} segment={segment} />}
    </Modal>
  );
}

function Playback({ segment }: { segment: Segment }) {
  const [isFailed, setFailed] = useState(false);
  const codecs = segment.codecs.map(codecName).join(", ");
  return (
    <Stack gap="sm">
      {/* biome-ignore lint/a11y/useMediaCaption: recorded footage has no captions to offer. */}
      <video
        src={segment.downloadPath}
        controls
        autoPlay
        playsInline
        aria-label="Recorded segment"
        onError={() => setFailed(true)}
        style={{ width: "100%", maxHeight: "70vh", background: "#000", borderRadius: 8 }}
      />
      {isFailed && (
        <Alert color="red" variant="light" title="This segment cannot be played here" role="alert">
          The file may be gone by now, or this browser does not play {codecs || "its codec"}.
          Download it to play it in another program.
        </Alert>
      )}
      <Text size="sm" c="dimmed">
        {segment.frames.toLocaleString()} pictures · {segment.width} × {segment.height} · {codecs}
      </Text>
    </Stack>
  );
}
