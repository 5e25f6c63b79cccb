/** The span to protect, by two times that can be typed, with a note. */
import { Button, Group, Paper, SimpleGrid, Stack, Text, TextInput } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { describeError, type ErrorWords } from "../../api/errors";
import { duration, localTime, parseLocalTime } from "../../lib/time";
import type { Span } from "../../lib/timelineSpans";
import { ErrorNotice } from "../ErrorNotice";

/** As much as the server takes. */
const NOTE_MAX = 200;

interface Props {
  span: Span;
  onSpan: (span: Span) => void;
  /** Protects the span; fails with an error of the API. */
  onProtect: (span: Span, note: string) => Promise<void>;
  onCancel: () => void;
}

export function ProtectForm({ span, onSpan, onProtect, onCancel }: Props) {
  const [from, setFrom] = useTyped(span.startMs);
  const [to, setTo] = useTyped(span.endMs);
  const [note, setNote] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ErrorWords>();
  const firstRef = useRef<HTMLInputElement>(null);
  useEffect(() => firstRef.current?.focus(), []);
  const startMs = parseLocalTime(from);
  const endMs = parseLocalTime(to);
  const problem =
    startMs !== undefined && endMs !== undefined && endMs <= startMs
      ? "The end has to be after the beginning."
      : undefined;
  const at = (field: string) =>
    failure?.fields.find((violation) => violation.field === field)?.description;

  const type = (nextFrom: string, nextTo: string) => {
    setFrom(nextFrom);
    setTo(nextTo);
    setFailure(undefined);
    const next = { startMs: parseLocalTime(nextFrom), endMs: parseLocalTime(nextTo) };
    if (next.startMs !== undefined && next.endMs !== undefined && next.endMs > next.startMs) {
      onSpan({ startMs: next.startMs, endMs: next.endMs });
    }
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (startMs === undefined || endMs === undefined || problem !== undefined) {
      return;
    }
    setBusy(true);
    setFailure(undefined);
    try {
      await onProtect(span, note.trim());
    } catch (error) {
      setFailure(describeError(error));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Paper withBorder p="sm" component="form" onSubmit={submit} aria-label="Protect a span">
      <Stack gap="sm">
        <Text size="sm">
          Drag across the bar or type two times. Nothing of this footage is deleted until you take
          the protection away again.
        </Text>
        <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
          <TextInput
            ref={firstRef}
            type="datetime-local"
            step={1}
            label="From"
            value={from}
            error={at("start_time")}
            onChange={(event) => type(event.currentTarget.value, to)}
          />
          <TextInput
            type="datetime-local"
            step={1}
            label="To"
            value={to}
            error={problem ?? at("end_time")}
            onChange={(event) => type(from, event.currentTarget.value)}
          />
        </SimpleGrid>
        <TextInput
          label="Note"
          description="Why it is kept, for whoever finds it later."
          placeholder="Parcel taken from the porch"
          maxLength={NOTE_MAX}
          value={note}
          error={at("note")}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {failure && failure.fields.length === 0 && <ErrorNotice words={failure} />}
        <Group justify="space-between">
          <Text size="sm" c="dimmed" aria-live="polite">
            {problem === undefined && `${duration(span.endMs - span.startMs)} chosen`}
          </Text>
          <Group gap="xs">
            <Button variant="default" size="sm" onClick={onCancel}>
              Cancel
            </Button>
            <Button
              type="submit"
              size="sm"
              loading={isBusy}
              leftSection={<IconShieldCheck size={16} aria-hidden />}
            >
              Protect
            </Button>
          </Group>
        </Group>
      </Stack>
    </Paper>
  );
}

/** A time as text that may be half typed; follows the time when that changes elsewhere. */
function useTyped(ms: number): [string, (text: string) => void] {
  const [text, setText] = useState(() => localTime(ms));
  useEffect(() => {
    setText((old) => (parseLocalTime(old) === ms ? old : localTime(ms)));
  }, [ms]);
  return [text, setText];
}
