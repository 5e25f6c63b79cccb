/** A span to download, one file for each camera, with its size before it begins; or to export. */
import { Button, Group, List, Paper, Stack, Text } from "@mantine/core";
import { IconDownload, IconFileExport } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { duration } from "../../lib/time";
import type { Span } from "../../lib/timelineSpans";
import { bytes } from "../../lib/units";
import { SpanFields, useTypedSpan } from "./SpanFields";

interface FormProps {
  span: Span;
  onSpan: (span: Span) => void;
  /** Undefined where another form has the fields of the span, and closes. */
  onCancel: (() => void) | undefined;
  /** Has the server make the files; undefined where the person may not. */
  onExport: (() => void) | undefined;
  /** The files: `DownloadFile` each. */
  children: ReactNode;
}

export function DownloadForm({ span, onSpan, onCancel, onExport, children }: FormProps) {
  const typed = useTypedSpan(span, onSpan);
  return (
    <Paper withBorder p="sm" component="section" aria-label="Download the span">
      <Stack gap="sm">
        <Text size="sm">
          {onCancel && "Drag across the bar or type two times. "}
          {duration(span.endMs - span.startMs)} as one MP4 file, from the key frame before it to the
          one behind it.
        </Text>
        {onCancel && <SpanFields typed={typed} takesFocus />}
        <List listStyleType="none" spacing={6} aria-label="Files">
          {children}
        </List>
        {onExport && (
          <Text size="sm" c="dimmed">
            For a long span or several cameras have it exported: the server makes the files, with
            the gaps as long as they were, and keeps them for a while.
          </Text>
        )}
        {(onExport || onCancel) && (
          <Group justify="flex-end" gap="xs">
            {onCancel && (
              <Button variant="default" size="sm" onClick={onCancel}>
                Cancel
              </Button>
            )}
            {onExport && (
              <Button
                variant="default"
                size="sm"
                leftSection={<IconFileExport size={16} aria-hidden />}
                onClick={onExport}
              >
                Export…
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </Paper>
  );
}

interface FileProps {
  camera: string;
  /** Undefined while it is asked for; 0: nothing of the span is finished. */
  sizeBytes: number | undefined;
  /** Begins the download; says in words why that is not possible. */
  onDownload: () => Promise<string | undefined>;
}

export function DownloadFile({ camera, sizeBytes, onDownload }: FileProps) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const download = async () => {
    setBusy(true);
    setProblem(await onDownload());
    setBusy(false);
  };
  return (
    <List.Item styles={{ itemWrapper: { width: "100%" }, itemLabel: { width: "100%" } }}>
      <Group justify="space-between" gap="xs">
        <Text size="sm">
          {camera},{" "}
          <Text span c="dimmed" size="sm">
            {sizeWords(sizeBytes)}
          </Text>
        </Text>
        <Button
          size="xs"
          variant="default"
          loading={isBusy}
          leftSection={<IconDownload size={16} aria-hidden />}
          aria-label={`Download ${camera}`}
          onClick={() => void download()}
        >
          Download
        </Button>
      </Group>
      {problem !== undefined && (
        <Text size="sm" c="var(--tone-trouble)" role="alert">
          {problem}
        </Text>
      )}
    </List.Item>
  );
}

function sizeWords(sizeBytes: number | undefined): string {
  if (sizeBytes === undefined) {
    return "its size is asked for";
  }
  return sizeBytes > 0 ? `about ${bytes(sizeBytes)}` : "no finished footage";
}
