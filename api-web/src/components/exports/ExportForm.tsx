/** What is to be exported: cameras, two times, and a title. */
import { Button, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";
import { IconFileExport } from "@tabler/icons-react";
import { type FormEvent, useRef, useState } from "react";
import { describeError, type ErrorWords } from "../../api/errors";
import { type ExportOrder, TITLE_MAX } from "../../lib/exports";
import { duration, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../lib/time";
import type { Span } from "../../lib/timelineSpans";
import { randomUuid } from "../../lib/uuid";
import { ErrorNotice } from "../ErrorNotice";
import { SpanFields, useTypedSpan } from "../recordings/SpanFields";

const PRESETS = [
  { label: "Last minute", lengthMs: MINUTE_MS },
  { label: "Last 10 min", lengthMs: 10 * MINUTE_MS },
  { label: "Last hour", lengthMs: HOUR_MS },
] as const;

interface Props {
  /** Those that may be exported. */
  cameras: readonly { name: string; label: string }[];
  /** What it begins with. */
  span: Span;
  /** The day that is shown. */
  day: Span;
  /** Has it exported; fails with an error of the API. */
  onExport: (order: ExportOrder) => Promise<void>;
  onCancel: () => void;
}

export function ExportForm({ cameras, span: begun, day, onExport, onCancel }: Props) {
  const [title, setTitle] = useState("");
  const [chosen, setChosen] = useState(() => cameras.map(({ name }) => name));
  const [span, setSpan] = useState(begun);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ErrorWords>();
  const typed = useTypedSpan(span, setSpan);
  const requestIdOf = useRequestId();
  const refused = placeFields(failure);
  const noCamera = chosen.length === 0 ? "Choose at least one camera." : undefined;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!typed.isWhole || noCamera !== undefined) {
      return;
    }
    setBusy(true);
    setFailure(undefined);
    const order = { cameras: chosen, span, title: title.trim() };
    try {
      await onExport({ ...order, requestId: requestIdOf(JSON.stringify(order)) });
    } catch (error) {
      setFailure(describeError(error));
      setBusy(false);
    }
  };

  return (
    <form onSubmit={submit} noValidate aria-label="Export footage">
      <Stack gap="md">
        <TextInput
          label="Title"
          description="What it is called in the list. Without one it is cameras and time."
          placeholder="Parcel taken from the porch"
          maxLength={TITLE_MAX}
          value={title}
          error={refused.title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          data-autofocus
        />
        <Checkbox.Group
          label="Cameras"
          value={chosen}
          error={noCamera ?? refused.cameras}
          onChange={setChosen}
        >
          <Stack gap={8} mt={4} mb={4}>
            {cameras.map(({ name, label }) => (
              <Checkbox key={name} size="sm" value={name} label={label} />
            ))}
          </Stack>
        </Checkbox.Group>
        <SpanPresets day={day} onSpan={setSpan} />
        <SpanFields typed={typed} errors={{ start: refused.start_time, end: refused.end_time }} />
        <Text size="sm" c="dimmed">
          One MP4 file for each camera, as it was recorded: nothing is encoded anew. Where the size
          of the picture or its codec changes, another file begins.
        </Text>
        {failure && refused.isMore && <ErrorNotice words={failure} fields={refused.others} />}
        <Group justify="space-between">
          <Text size="sm" c="dimmed" aria-live="polite">
            {typed.problem === undefined && `${duration(span.endMs - span.startMs)} chosen`}
          </Text>
          <Group gap="xs">
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
            <Button
              type="submit"
              loading={isBusy}
              leftSection={<IconFileExport size={16} aria-hidden />}
            >
              Export
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}

interface PresetsProps {
  day: Span;
  onSpan: (span: Span) => void;
}

function SpanPresets({ day, onSpan }: PresetsProps) {
  const take = (spanAt: (nowMs: number) => Span) =>
    onSpan(spanAt(Math.floor(Date.now() / SECOND_MS) * SECOND_MS));
  return (
    <Group gap={6} role="group" aria-label="Spans to begin with">
      {PRESETS.map(({ label, lengthMs }) => (
        <Button
          key={label}
          size="compact-sm"
          variant="default"
          onClick={() => take((nowMs) => ({ startMs: nowMs - lengthMs, endMs: nowMs }))}
        >
          {label}
        </Button>
      ))}
      <Button
        size="compact-sm"
        variant="default"
        onClick={() =>
          take((nowMs) => ({ startMs: day.startMs, endMs: Math.min(day.endMs, nowMs) }))
        }
      >
        The day shown
      </Button>
    </Group>
  );
}

/**
 * Gives the same id for the same order, so that what is sent again, after an answer that was lost, is
 * one export; and another id for another order.
 */
function useRequestId(): (order: string) => string {
  const last = useRef({ order: "", id: "" });
  return (order) => {
    if (last.current.order !== order) {
      last.current = { order, id: randomUuid() };
    }
    return last.current.id;
  };
}

type Field = "title" | "cameras" | "start_time" | "end_time";

/** What the server refused at each field, and what is left to say. */
function placeFields(failure: ErrorWords | undefined) {
  const placed: Record<Field, string | undefined> = {
    title: undefined,
    cameras: undefined,
    start_time: undefined,
    end_time: undefined,
  };
  const others: ErrorWords["fields"][number][] = [];
  for (const violation of failure?.fields ?? []) {
    // "cameras[2]" is one of them.
    const field = violation.field.replace(/\[\d+\]$/, "");
    if (field in placed) {
      placed[field as Field] ??= violation.description;
    } else {
      others.push(violation);
    }
  }
  const isPlaced = Object.values(placed).some((description) => description !== undefined);
  return { ...placed, others, isMore: others.length > 0 || !isPlaced };
}
