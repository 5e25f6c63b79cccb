/** Spans whose footage is not deleted: when, why, by whom, and how to end that. */
import { Box, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { IconPlayerPlay, IconShieldOff } from "@tabler/icons-react";
import type { ErrorWords } from "../../api/errors";
import type { ProtectedSpan } from "../../gen/ronin/v1/recording_pb";
import { dateTime, duration, timestampMs } from "../../lib/time";
import { bytes } from "../../lib/units";
import { ErrorNotice } from "../ErrorNotice";
import classes from "./ProtectedSpans.module.css";

interface ListProps {
  spans: readonly ProtectedSpan[];
  /** Whether the person may take protections away. */
  isEditable: boolean;
  /** Shows the footage of the span. */
  onShow: (span: ProtectedSpan) => void;
  onUnprotect: (span: ProtectedSpan) => void;
}

export function ProtectedSpans({ spans, isEditable, onShow, onUnprotect }: ListProps) {
  return (
    <ul className={classes.list} aria-label="Protected spans, newest first">
      {spans.map((span) => (
        <Row
          key={span.name}
          span={span}
          isEditable={isEditable}
          onShow={() => onShow(span)}
          onUnprotect={() => onUnprotect(span)}
        />
      ))}
    </ul>
  );
}

interface RowProps {
  span: ProtectedSpan;
  isEditable: boolean;
  onShow: () => void;
  onUnprotect: () => void;
}

function Row({ span, isEditable, onShow, onUnprotect }: RowProps) {
  const start = timestampMs(span.startTime) ?? 0;
  const end = timestampMs(span.endTime) ?? start;
  const made = timestampMs(span.createTime);
  const from = dateTime(start);
  return (
    <li className={classes.span}>
      <Box style={{ flex: "1 1 240px" }} miw={0}>
        <Text size="sm" fw={600}>
          {from}{" "}
          <Text span size="sm" c="dimmed">
            {duration(end - start)}, {bytes(span.sizeBytes)}
          </Text>
        </Text>
        {span.note && (
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {span.note}
          </Text>
        )}
        <Text size="xs" c="dimmed">
          Protected{span.createdBy && ` by ${span.createdBy}`}
          {made !== undefined && `, ${dateTime(made)}`}
        </Text>
      </Box>
      <Group gap={6} wrap="nowrap">
        <Button
          size="compact-sm"
          variant="light"
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          aria-label={`Play the protected span of ${from}`}
          onClick={onShow}
        >
          Play
        </Button>
        {isEditable && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconShieldOff size={14} aria-hidden />}
            aria-label={`Unprotect the span of ${from}`}
            onClick={onUnprotect}
          >
            Unprotect…
          </Button>
        )}
      </Group>
    </li>
  );
}

interface DialogProps {
  /** The span to give up; undefined while nothing is asked. */
  span: ProtectedSpan | undefined;
  isBusy: boolean;
  error: ErrorWords | undefined;
  onConfirm: () => void;
  onClose: () => void;
}

export function UnprotectDialog({ span, isBusy, error, onConfirm, onClose }: DialogProps) {
  return (
    <Modal opened={span !== undefined} onClose={onClose} title="Take the protection away?">
      <Stack gap="md">
        {span && (
          <Text size="sm">
            {bytes(span.sizeBytes)} of footage from {dateTime(timestampMs(span.startTime) ?? 0)} on
            go like any other: what is older than footage is kept for is deleted within seconds.
          </Text>
        )}
        {error && <ErrorNotice words={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep it protected
          </Button>
          <Button color="red.8" loading={isBusy} onClick={onConfirm}>
            Unprotect
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
