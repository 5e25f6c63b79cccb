/** The span to protect, by two times that can be typed, with a note. */
import { Button, Group, Paper, Stack, Text, TextInput } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { describeError, type ErrorWords } from "../../api/errors";
import { duration } from "../../lib/time";
import type { Span } from "../../lib/timelineSpans";
import { ErrorNotice } from "../ErrorNotice";
import { SpanFields, useTypedSpan } from "./SpanFields";

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
  const [note, setNote] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ErrorWords>();
  const typed = useTypedSpan(span, (next) => {
    setFailure(undefined);
    onSpan(next);
  });
  const at = (field: string) =>
    failure?.fields.find((violation) => violation.field === field)?.description;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!typed.isWhole) {
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
        <SpanFields
          typed={typed}
          errors={{ start: at("start_time"), end: at("end_time") }}
          takesFocus
        />
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
            {typed.problem === undefined && `${duration(span.endMs - span.startMs)} chosen`}
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
