/** How much of each day of each camera is on disk, month by month. Month and page are in the URL. */
import { Group, Pagination, Stack, Text } from "@mantine/core";
import { useDocumentTitle, useMediaQuery } from "@mantine/hooks";
import { IconCalendarStats } from "@tabler/icons-react";
import { useSearchParams } from "react-router";
import { COVERAGE_CAMERAS, useCoverage } from "../api/coverage";
import { describeError } from "../api/errors";
import { CoverageLegend } from "../components/coverage/CoverageLegend";
import { type CameraDays, CoverageMatrix, shareWords } from "../components/coverage/CoverageMatrix";
import { CoverageMonth } from "../components/coverage/CoverageMonth";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { MonthPicker } from "../components/MonthPicker";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import type { Camera } from "../gen/ronin/v1/camera_pb";
import { monthOf, monthWords, parseMonth } from "../lib/months";
import { dayKey, MINUTE_MS } from "../lib/time";
import { useNow } from "../lib/useNow";
import { WithCameras } from "./WithCameras";

/** A row of 31 days does not fit; each camera gets a calendar instead. */
const NARROW = "(max-width: 61.99em)";

export function CoveragePage() {
  useDocumentTitle("Coverage · RoninNVR");
  return (
    <>
      <PageHeader
        title="Coverage"
        description="How much of each day is on disk, and what is missing for what cause."
      />
      <WithCameras
        level={2}
        promise="From the moment a camera is added, every second that is on disk, or missing, is counted here."
      >
        {(cameras) => <Coverage all={cameras} />}
      </WithCameras>
    </>
  );
}

function Coverage({ all }: { all: readonly Camera[] }) {
  const now = useNow(MINUTE_MS);
  const [params, setParams] = useSearchParams();
  const isNarrow = useMediaQuery(NARROW, undefined, { getInitialValueInEffect: false }) ?? false;
  const current = monthOf(dayKey(now));
  const month = parseMonth(params.get("month")) ?? current;
  const pages = Math.ceil(all.length / COVERAGE_CAMERAS);
  const page = Math.min(Math.max(1, Number(params.get("page")) || 1), pages);
  const cameras = all.slice((page - 1) * COVERAGE_CAMERAS, page * COVERAGE_CAMERAS);
  const coverage = useCoverage(
    cameras.map(({ name }) => name),
    month,
    month === current,
  );

  const set = (key: string, value: string | undefined) =>
    setParams((old) => {
      const next = new URLSearchParams(old);
      if (value === undefined) {
        next.delete(key);
      } else {
        next.set(key, value);
      }
      return next;
    });
  const rows: CameraDays[] | undefined = coverage.data?.cameras.map(({ camera, days }) => ({
    id: camera.replace("cameras/", ""),
    displayName: cameras.find(({ name }) => name === camera)?.displayName ?? camera,
    days,
  }));
  const title = monthWords(month);

  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <MonthPicker
          month={month}
          current={current}
          onMonth={(to) => set("month", to === current ? undefined : to)}
          hasReturn
        />
        <Text size="sm" c="dimmed">
          A day leads to its footage; arrow keys move between days.
        </Text>
      </Group>
      {coverage.isPending && <Loading>Adding up the month</Loading>}
      {coverage.error && !rows && (
        <ErrorNotice
          words={describeError(coverage.error)}
          onRetry={() => void coverage.refetch()}
        />
      )}
      {rows &&
        (isNarrow ? (
          rows.map((camera) => (
            <Panel
              key={camera.id}
              title={camera.displayName}
              aside={
                <Text size="sm" fw={600}>
                  {shareWords(camera.days)}
                </Text>
              }
            >
              <CoverageMonth key={month} month={month} monthName={title} camera={camera} />
            </Panel>
          ))
        ) : (
          <Panel title="Every camera" icon={<IconCalendarStats size={18} />}>
            <CoverageMatrix key={month} month={title} cameras={rows} />
          </Panel>
        ))}
      {pages > 1 && (
        <Pagination
          total={pages}
          value={page}
          onChange={(to) => set("page", to === 1 ? undefined : String(to))}
          aria-label="Pages of cameras"
          getItemProps={(item) => ({ "aria-label": `Page ${item}` })}
          getControlProps={(control) => ({ "aria-label": `${control} page` })}
        />
      )}
      <CoverageLegend />
    </Stack>
  );
}
