/** Finds when something moved in an area that is drawn over a picture of the camera. */
import { Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { describeError } from "../api/errors";
import { previewPath } from "../api/media";
import { type MotionQuestion, useMotionSearch } from "../api/motion";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { Panel } from "../components/Panel";
import { AreaPicker } from "../components/recordings/AreaPicker";
import { MotionList } from "../components/recordings/MotionList";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { type Area, WHOLE } from "../lib/area";
import { DAY_MS, SECOND_MS, timestampMs } from "../lib/time";
import type { Span } from "../lib/timelineSpans";

/** What plays begins a little before something moves. */
const LEAD_MS = 2 * SECOND_MS;

const REACHES = [
  { value: "day", label: "This day" },
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
] as const;
type Reach = (typeof REACHES)[number]["value"];

interface Props {
  camera: Camera;
  day: Span;
  nowMs: number;
  /** A moment with a picture, to draw on. */
  pictureMs: number;
  /** Plays a moment. */
  onGo: (ms: number) => void;
  onClose: () => void;
}

export function MotionSearch({ camera, day, nowMs, pictureMs, onGo, onClose }: Props) {
  const [area, setArea] = useState<Area>(WHOLE);
  const [reach, setReach] = useState<Reach>("day");
  const [question, setQuestion] = useState<MotionQuestion>();
  // The picture that is drawn on does not change under the pointer.
  const [picture] = useState(() => previewPath(camera.id, pictureMs, "large"));
  const found = useMotionSearch(question);
  const spans = found.data?.pages.flatMap(({ motions }) =>
    motions.map(({ startTime, endTime }) => ({
      startMs: timestampMs(startTime) ?? 0,
      endMs: timestampMs(endTime) ?? 0,
    })),
  );
  const span = reach === "day" ? day : { startMs: nowMs - Number(reach) * DAY_MS, endMs: nowMs };

  return (
    <Panel
      title="Search motion"
      icon={<IconSearch size={18} />}
      aside={
        <Button size="compact-sm" variant="default" onClick={onClose}>
          Close
        </Button>
      }
    >
      <Stack gap="sm">
        <Text size="sm">
          Draw a rectangle over the picture, or type it: when something moved in it is listed, the
          newest first.
          {camera.detect?.motion !== true &&
            " Motion is not looked for now: it is switched on in the settings of the camera."}
        </Text>
        <AreaPicker picture={picture} area={area} onArea={setArea} />
        <Group gap="sm">
          <SegmentedControl
            aria-label="How far back"
            size="xs"
            data={[...REACHES]}
            value={reach}
            onChange={(value) => setReach(value as Reach)}
          />
          <Button
            size="xs"
            leftSection={<IconSearch size={15} aria-hidden />}
            onClick={() => setQuestion({ camera: camera.name, area, span })}
          >
            Search
          </Button>
        </Group>
        {question && found.isPending && <Loading>Searching</Loading>}
        {found.error && (
          <ErrorNotice words={describeError(found.error)} onRetry={() => void found.refetch()} />
        )}
        {spans?.length === 0 && (
          <Text size="sm" role="status">
            Nothing moved there in that time, as far as it was looked for.
          </Text>
        )}
        {spans && spans.length > 0 && (
          <MotionList
            pictureAt={(ms) => previewPath(camera.id, ms)}
            spans={spans}
            onChoose={({ startMs }) => onGo(startMs - LEAD_MS)}
          />
        )}
        {found.hasNextPage && (
          <Group justify="center">
            <Button
              variant="default"
              size="xs"
              loading={found.isFetchingNextPage}
              onClick={() => void found.fetchNextPage()}
            >
              Show older
            </Button>
          </Group>
        )}
      </Stack>
    </Panel>
  );
}
