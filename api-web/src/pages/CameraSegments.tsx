/** The segments of a day, each to play and to download. */
import { Text } from "@mantine/core";
import { IconMovie } from "@tabler/icons-react";
import { useState } from "react";
import { describeError } from "../api/errors";
import type { useDaySegments } from "../api/recordings";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { Panel } from "../components/Panel";
import { SegmentPlayer } from "../components/recordings/SegmentPlayer";
import { SegmentTable } from "../components/recordings/SegmentTable";
import type { Segment } from "../gen/ronin/v1/recording_pb";

interface Props {
  list: ReturnType<typeof useDaySegments>;
  isToday: boolean;
}

export function CameraSegments({ list, isToday }: Props) {
  const [playing, setPlaying] = useState<Segment>();
  return (
    <Panel title="Segments" icon={<IconMovie size={18} />}>
      {list.isPending && <Loading>Loading segments</Loading>}
      {!list.segments && list.error && (
        <ErrorNotice words={describeError(list.error)} onRetry={() => void list.refetch()} />
      )}
      {list.segments?.length === 0 && (
        <Text size="sm" c="dimmed">
          {isToday
            ? "No segment of today is finished yet. The one being written appears here when it ends."
            : "There is no footage of this day. The bar above says why."}
        </Text>
      )}
      {list.segments && list.segments.length > 0 && (
        <SegmentTable segments={list.segments} onPlay={setPlaying} />
      )}
      <SegmentPlayer segment={playing} onClose={() => setPlaying(undefined)} />
    </Panel>
  );
}
