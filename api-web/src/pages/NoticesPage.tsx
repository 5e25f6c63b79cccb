/** Every notice, by camera and kind. The filter is in the URL. */
import { useInfiniteQuery } from "@connectrpc/connect-query";
import { Button, Center, Container, Group, MultiSelect, Select, Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconBell, IconBellOff } from "@tabler/icons-react";
import { useEffect, useMemo, useState } from "react";
import { useSearchParams } from "react-router";
import { useCameraNames } from "../api/cameras";
import { describeError } from "../api/errors";
import { useLatestNotices } from "../api/NoticeWatchProvider";
import { EmptyState } from "../components/EmptyState";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { NoticeList } from "../components/notices/NoticeList";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { SystemService } from "../gen/ronin/v1/system_pb";
import { NOTICE_KINDS } from "../lib/notices";
import { timestampMs } from "../lib/time";
import { useNow } from "../lib/useNow";

const PAGE_SIZE = 50;

export function NoticesPage() {
  useDocumentTitle("Notices · RoninNVR");
  const [params, setParams] = useSearchParams();
  const cameraNames = useCameraNames();
  const now = useNow(10_000);
  const camera = params.get("camera") ?? "";
  const keys = useMemo(() => params.getAll("kind"), [params]);
  const kinds = NOTICE_KINDS.filter(({ key }) => keys.includes(key)).map(({ kind }) => kind);
  const list = useInfiniteQuery(
    SystemService.method.listNotices,
    { kinds, camera: camera && `cameras/${camera}`, pageSize: PAGE_SIZE, pageToken: "" },
    { pageParamKey: "pageToken", getNextPageParam: (last) => last.nextPageToken || undefined },
  );
  const notices = list.data?.pages.flatMap((page) => page.notices);
  const { isUnseen } = useMarked();

  const filter = (change: (next: URLSearchParams) => void) =>
    setParams(
      (old) => {
        const next = new URLSearchParams(old);
        change(next);
        return next;
      },
      { replace: true },
    );
  const isFiltered = camera !== "" || kinds.length > 0;

  return (
    <Container size="md" px={0}>
      <PageHeader
        title="Notices"
        description="Cameras that went away, recording that failed, a disk that is full."
      />
      <Stack gap="md">
        <Group gap="sm" align="flex-end">
          <Select
            label="Camera"
            placeholder="Every camera and the server"
            data={cameraOptions(cameraNames, camera)}
            value={camera || null}
            clearable
            searchable
            clearButtonProps={{ "aria-label": "Every camera" }}
            onChange={(value) =>
              filter((next) => (value ? next.set("camera", value) : next.delete("camera")))
            }
            style={{ flex: "1 1 220px" }}
          />
          <MultiSelect
            label="Kind"
            placeholder={kinds.length === 0 ? "Every kind" : ""}
            data={NOTICE_KINDS.map(({ key, label }) => ({ value: key, label }))}
            value={keys}
            clearable
            clearButtonProps={{ "aria-label": "Every kind" }}
            onChange={(values) =>
              filter((next) => {
                next.delete("kind");
                for (const value of values) {
                  next.append("kind", value);
                }
              })
            }
            style={{ flex: "1 1 260px" }}
          />
        </Group>
        {list.isPending && <Loading>Loading notices</Loading>}
        {list.error && !notices && (
          <ErrorNotice words={describeError(list.error)} onRetry={() => void list.refetch()} />
        )}
        {notices?.length === 0 && (
          <EmptyState
            level={2}
            icon={isFiltered ? <IconBellOff size={34} stroke={1.5} /> : <IconBell size={34} />}
            title={isFiltered ? "No notice fits" : "No notices yet"}
            action={
              isFiltered && (
                <Button variant="default" onClick={() => setParams({}, { replace: true })}>
                  Show all notices
                </Button>
              )
            }
          >
            {isFiltered
              ? "Nothing of this kind has happened to this camera."
              : "When a camera goes away, recording fails or the disk is full, it is told here and in the corner of every page."}
          </EmptyState>
        )}
        {notices && notices.length > 0 && (
          <Panel
            title={isFiltered ? "Notices that fit" : "All notices"}
            icon={<IconBell size={18} />}
          >
            <NoticeList
              notices={notices}
              cameraNames={cameraNames}
              nowMs={now}
              isUnseen={isUnseen}
            />
            {list.isFetchNextPageError && <ErrorNotice words={describeError(list.error)} />}
            <Center pt="sm">
              {list.hasNextPage ? (
                <Button
                  variant="default"
                  loading={list.isFetchingNextPage}
                  onClick={() => void list.fetchNextPage()}
                >
                  Older notices
                </Button>
              ) : (
                <Text size="sm" c="dimmed">
                  These are all.
                </Text>
              )}
            </Center>
          </Panel>
        )}
      </Stack>
    </Container>
  );
}

/** What was news when the page was opened is marked while it is open; the bell is quiet again. */
function useMarked() {
  const { notices, isUnseen, sawAll } = useLatestNotices();
  const [newSinceMs, setNewSinceMs] = useState<number>();
  useEffect(() => {
    if (notices === undefined) {
      return;
    }
    const oldest = notices.findLast(isUnseen);
    setNewSinceMs((since) => since ?? timestampMs(oldest?.time) ?? Date.now());
    sawAll();
  });
  return {
    isUnseen: ({ time }: { time?: Parameters<typeof timestampMs>[0] }) =>
      newSinceMs !== undefined && (timestampMs(time) ?? 0) >= newSinceMs,
  };
}

function cameraOptions(names: ReadonlyMap<string, string>, chosen: string) {
  const options = [...names].map(([name, label]) => ({
    value: name.replace("cameras/", ""),
    label,
  }));
  // A camera that was removed may still have notices.
  return chosen === "" || options.some(({ value }) => value === chosen)
    ? options
    : [...options, { value: chosen, label: chosen }];
}
