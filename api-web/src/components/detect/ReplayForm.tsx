/** Which recorded footage to try the settings on, and with which model. */
import { Button, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { useState } from "react";
import type { FieldErrors } from "../../lib/cameraErrors";
import { modelFile } from "../../lib/modelWords";
import { HOUR_MS } from "../../lib/time";
import type { Span } from "../../lib/timelineSpans";
import { SpanFields, useTypedSpan } from "../recordings/SpanFields";

interface Props {
  /** Names of the models, "models/{file name}" each. */
  models: readonly string[];
  /** What the server finds wrong with it. */
  errors: FieldErrors;
  isStarting: boolean;
  onStart: (span: Span, model: string) => void;
}

export function ReplayForm({ models, errors, isStarting, onStart }: Props) {
  const [span, setSpan] = useState<Span>(lastHour);
  const [model, setModel] = useState("");
  const typed = useTypedSpan(span, setSpan);
  return (
    <Stack gap="sm">
      <Text size="sm">
        Footage of this camera goes through the same stages as live pictures, with the settings as
        they are on this page now, saved or not. Nothing is stored; what it finds is compared with
        the events that were recorded.
      </Text>
      <SpanFields typed={typed} errors={{ start: errors.start_time, end: errors.end_time }} />
      <NativeSelect
        label="Model"
        data={[
          { value: "", label: "The one in use" },
          ...models.map((name) => ({ value: name, label: modelFile(name) })),
        ]}
        value={model}
        error={errors.model}
        onChange={(event) => setModel(event.currentTarget.value)}
      />
      <Group>
        <Button
          size="sm"
          leftSection={<IconPlayerPlay size={16} aria-hidden />}
          disabled={!typed.isWhole}
          loading={isStarting}
          onClick={() => onStart(span, model)}
        >
          Try it
        </Button>
      </Group>
    </Stack>
  );
}

function lastHour(): Span {
  const nowMs = Date.now();
  return { startMs: nowMs - HOUR_MS, endMs: nowMs };
}
