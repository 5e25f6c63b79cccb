/** The bell: how many notices are news, and the latest of them in a panel. */
import { ActionIcon, Button, Group, Indicator, Popover, ScrollArea, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBell } from "@tabler/icons-react";
import { useCallback, useEffect, useState } from "react";
import { Link, useLocation } from "react-router";
import { useCameraNames } from "../api/cameras";
import { describeError } from "../api/errors";
import { useLatestNotices } from "../api/NoticeWatchProvider";
import { ErrorNotice } from "../components/ErrorNotice";
import { NoticeList } from "../components/notices/NoticeList";
import type { Notice } from "../gen/ronin/v1/system_pb";
import { timestampMs } from "../lib/time";
import { useNow } from "../lib/useNow";

/** What fits into the panel without much scrolling. */
const SHOWN = 10;
/** The count is not exact beyond this. */
const COUNT_MAX = 49;

export function NoticeBell() {
  const [isOpen, { close, open }] = useDisclosure();
  const { notices, unseen, sawAll, isUnseen, error, refetch } = useLatestNotices();
  const cameraNames = useCameraNames();
  const now = useNow(10_000, isOpen);
  const { pathname } = useLocation();
  // What was news when the panel was opened is marked as long as it is open.
  const [seenBefore, setSeenBefore] = useState<ReadonlySet<string>>(new Set());
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the panel.
  useEffect(close, [pathname]);
  useEffect(() => {
    if (isOpen) {
      sawAll();
    }
  });
  const onChange = (opened: boolean) => {
    if (opened) {
      setSeenBefore(
        new Set(notices?.filter((notice) => !isUnseen(notice)).map(({ name }) => name)),
      );
      open();
    } else {
      close();
    }
  };
  const isMarked = useCallback(({ name }: Notice) => !seenBefore.has(name), [seenBefore]);
  const count = unseen > COUNT_MAX ? `${COUNT_MAX}+` : String(unseen);
  const label = unseen === 0 ? "Notices" : `Notices: ${count} new`;

  return (
    <Popover
      opened={isOpen}
      onChange={onChange}
      position="bottom-start"
      width={380}
      shadow="md"
      trapFocus
      returnFocus
    >
      <Indicator
        label={<span aria-hidden>{count}</span>}
        size={16}
        disabled={unseen === 0}
        color="red.8"
        offset={4}
      >
        <Popover.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={label}
            onClick={() => onChange(!isOpen)}
          >
            <IconBell size={20} stroke={1.6} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown maw="calc(100vw - 24px)" p="sm">
        <Group justify="space-between" mb={4}>
          <Text fw={650}>Notices</Text>
          <Button component={Link} to="/notices" size="compact-sm" variant="subtle">
            All notices
          </Button>
        </Group>
        {error && !notices && (
          <ErrorNotice words={describeError(error)} onRetry={() => void refetch()} />
        )}
        {notices?.length === 0 && (
          <Text size="sm" c="dimmed" py="md">
            Nothing has happened yet. A camera that goes away, or a disk that is full, is told here.
          </Text>
        )}
        {notices && notices.length > 0 && (
          <ScrollArea.Autosize mah="60vh" type="auto" viewportProps={{ tabIndex: 0 }}>
            <NoticeList
              notices={notices.slice(0, SHOWN)}
              cameraNames={cameraNames}
              nowMs={Math.max(now, timestampMs(notices[0]?.time) ?? 0)}
              isUnseen={isMarked}
            />
          </ScrollArea.Autosize>
        )}
      </Popover.Dropdown>
    </Popover>
  );
}
