/** Notices, newest first: what happened, to which camera, when, and what to do. */
import { Anchor, Group, Text, VisuallyHidden } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconClock,
  IconDatabaseOff,
  IconInfoCircle,
  IconVideoOff,
} from "@tabler/icons-react";
import { Link } from "react-router";
import { asSentence } from "../../api/errors";
import { type Notice, NoticeKind } from "../../gen/ronin/v1/system_pb";
import { cameraOfNotice, kindWords } from "../../lib/notices";
import { dateTime, duration, timestampMs } from "../../lib/time";
import classes from "./NoticeList.module.css";

interface Props {
  notices: readonly Notice[];
  /** Display names by "cameras/{id}". */
  cameraNames: ReadonlyMap<string, string>;
  nowMs: number;
  isUnseen: (notice: Notice) => boolean;
}

export function NoticeList({ notices, cameraNames, nowMs, isUnseen }: Props) {
  return (
    <ul className={classes.list} aria-label="Notices, newest first">
      {notices.map((notice) => (
        <NoticeRow
          key={notice.name}
          notice={notice}
          cameraNames={cameraNames}
          nowMs={nowMs}
          isUnseen={isUnseen(notice)}
        />
      ))}
    </ul>
  );
}

type RowProps = Omit<Props, "notices" | "isUnseen"> & { notice: Notice; isUnseen: boolean };

function NoticeRow({ notice, cameraNames, nowMs, isUnseen }: RowProps) {
  const { label, tone } = kindWords(notice.kind);
  const ms = timestampMs(notice.time) ?? 0;
  const camera = cameraOfNotice(notice, cameraNames);
  const isKnown = cameraNames.has(notice.camera);
  return (
    <li className={classes.notice}>
      <span className={classes.icon} data-tone={tone} aria-hidden="true">
        <NoticeIcon kind={notice.kind} />
      </span>
      <div>
        <Group justify="space-between" align="baseline" gap="xs" wrap="wrap">
          <Text size="sm" fw={650}>
            {isUnseen && (
              <>
                <span className={classes.unseen} aria-hidden="true" />
                <VisuallyHidden>New: </VisuallyHidden>
              </>
            )}
            {label}
            {camera !== undefined && (
              <>
                {" · "}
                {isKnown ? (
                  <Anchor
                    component={Link}
                    to={`/cameras/${notice.camera.replace("cameras/", "")}`}
                    size="sm"
                    underline="always"
                  >
                    {camera}
                  </Anchor>
                ) : (
                  camera
                )}
              </>
            )}
          </Text>
          <Text size="xs" c="dimmed" style={{ fontVariantNumeric: "tabular-nums" }}>
            <time dateTime={new Date(ms).toISOString()}>{dateTime(ms)}</time>
            {nowMs >= ms && ` (${duration(nowMs - ms)} ago)`}
          </Text>
        </Group>
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {asSentence(notice.message)}
        </Text>
      </div>
    </li>
  );
}

function NoticeIcon({ kind }: { kind: NoticeKind }) {
  switch (kind) {
    case NoticeKind.CAMERA_LOST:
      return <IconVideoOff size={18} />;
    case NoticeKind.STORAGE_FULL:
    case NoticeKind.STORAGE_DAMAGED:
    case NoticeKind.DATABASE_AWAY:
      return <IconDatabaseOff size={18} />;
    case NoticeKind.RECORDING_FAILED:
    case NoticeKind.DETECTOR_FAILED:
      return <IconAlertTriangle size={18} />;
    case NoticeKind.CLOCK_SET:
      return <IconClock size={18} />;
    case NoticeKind.UNSPECIFIED:
      return <IconInfoCircle size={18} />;
    default:
      return <IconCircleCheck size={18} />;
  }
}
