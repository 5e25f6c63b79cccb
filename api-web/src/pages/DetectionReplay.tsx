/** Tries the settings of the page on recorded footage, and shows what would have been different. */
import { Anchor, Stack, Text } from "@mantine/core";
import { IconHistoryToggle } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { describeError, type ErrorWords } from "../api/errors";
import { useRecordedEvent, useReplay, useReplayCalls, useReplays } from "../api/replays";
import { useRole } from "../api/role";
import { ReplayForm } from "../components/detect/ReplayForm";
import { ReplayList } from "../components/detect/ReplayList";
import { ReplayResult, replayEventWords } from "../components/detect/ReplayResult";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { Panel } from "../components/Panel";
import type { Camera, DetectSettings } from "../gen/ronin/v1/camera_pb";
import type { Model } from "../gen/ronin/v1/detection_pb";
import type { FieldErrors } from "../lib/cameraErrors";
import { eventId, eventPath } from "../lib/events";
import { notifyFailure } from "../lib/notify";
import type { Span } from "../lib/timelineSpans";

interface Props {
  camera: Camera;
  models: readonly Model[];
  /** The settings as they are on the page; undefined where something is wrong in them. */
  settings: () => DetectSettings | undefined;
  /** Places what the server refuses in the settings; returns what it did not place. */
  onRefused: (fields: ErrorWords["fields"]) => ErrorWords["fields"];
}

const FIELDS = ["start_time", "end_time", "model"];

export function DetectionReplay({ camera, models, settings, onRefused }: Props) {
  const { mayChangeFootage } = useRole();
  const calls = useReplayCalls();
  const [shown, setShown] = useState<string>();
  const [failure, setFailure] = useState<ErrorWords>();
  const replay = useReplay(shown);
  const earlier = useReplays(camera.name);
  const refused = fieldsOf(failure);

  const start = async (span: Span, model: string) => {
    const wanted = settings();
    setFailure(undefined);
    if (wanted === undefined) {
      return;
    }
    try {
      const started = await calls.start({ camera: camera.name, span, model, settings: wanted });
      setShown(started?.name);
    } catch (error) {
      const words = describeError(error);
      setFailure({ ...words, fields: onRefused(words.fields) });
    }
  };
  const stop = () => {
    if (shown !== undefined) {
      calls.stop(shown).catch((e) => notifyFailure("The replay could not be stopped", e));
    }
  };

  return (
    <Panel title="Try on recorded footage" icon={<IconHistoryToggle size={18} />}>
      <Stack gap="md">
        {mayChangeFootage ? (
          <ReplayForm
            models={models.map(({ name }) => name)}
            errors={refused.fields}
            isStarting={calls.isStarting}
            onStart={(span, model) => void start(span, model)}
          />
        ) : (
          <Text size="sm" c="dimmed">
            An operator can try other settings on what was recorded.
          </Text>
        )}
        {failure && refused.isMore && <ErrorNotice words={failure} fields={refused.others} />}
        {shown !== undefined && replay.isPending && <Loading>Loading the replay</Loading>}
        {replay.error && !replay.data && (
          <ErrorNotice words={describeError(replay.error)} onRetry={() => void replay.refetch()} />
        )}
        {replay.data?.replay && (
          <ReplayResult
            replay={replay.data.replay}
            isStopping={calls.isStopping}
            onStop={mayChangeFootage ? stop : undefined}
            renderMissing={(name) => <MissingEvent name={name} />}
          />
        )}
        {earlier.replays && earlier.replays.length > 0 && (
          <ReplayList replays={earlier.replays} shown={shown} onShow={setShown} />
        )}
      </Stack>
    </Panel>
  );
}

/** An event that was recorded: when it was, as soon as that is known. */
function MissingEvent({ name }: { name: string }) {
  const event = useRecordedEvent(name);
  return (
    <Anchor component={Link} to={eventPath(name)} size="sm">
      {event ? replayEventWords(event) : `Event ${eventId(name)}`}
    </Anchor>
  );
}

/** What is wrong with span and model, and whether there is anything else to say. */
function fieldsOf(failure: ErrorWords | undefined) {
  const fields: FieldErrors = {};
  const others: ErrorWords["fields"][number][] = [];
  for (const violation of failure?.fields ?? []) {
    if (FIELDS.includes(violation.field)) {
      fields[violation.field] ??= violation.description;
    } else {
      others.push(violation);
    }
  }
  const isMore = others.length > 0 || Object.keys(fields).length === 0;
  return { fields, others, isMore };
}
