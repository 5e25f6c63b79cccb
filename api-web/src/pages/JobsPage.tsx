/** Long work of every kind: what waits, runs and is done; and what H.265 saves. View and filter are in the URL. */
import { Button, Center, Container, Stack, Tabs, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconListCheck, IconSum } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { Link, useSearchParams } from "react-router";
import { useCameraNames } from "../api/cameras";
import { describeError } from "../api/errors";
import { FollowJobs } from "../api/FollowJobs";
import { useJobCalls, useJobList, useJobStats } from "../api/jobs";
import { useRole } from "../api/role";
import { EmptyState } from "../components/EmptyState";
import { ErrorNotice } from "../components/ErrorNotice";
import { JobCounts } from "../components/jobs/JobCounts";
import { JobFilters } from "../components/jobs/JobFilters";
import { JobList } from "../components/jobs/JobList";
import { Loading } from "../components/Loading";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import type { Job } from "../gen/ronin/v1/job_pb";
import { EVERY_JOB, isFiltered, parseJobFilter, withJobFilter } from "../lib/jobFilter";
import { jobCounts } from "../lib/jobs";
import { notifyFailure } from "../lib/notify";
import { H265Savings } from "./H265Savings";

/** A change of the view is no new page. */
const KEEP_SCROLL = { preventScrollReset: true, replace: true };
const VIEWS = ["jobs", "h265"] as const;

export function JobsPage() {
  useDocumentTitle("Jobs · RoninNVR");
  const [params, setParams] = useSearchParams();
  const view = params.get("view") === "h265" ? "h265" : "jobs";

  return (
    <Container size="md" px={0}>
      <FollowJobs />
      <PageHeader
        title="Jobs"
        description="What takes minutes: exports, and footage that is encoded anew as H.265."
      />
      <Tabs
        value={view}
        keepMounted={false}
        onChange={(chosen) =>
          // What the list was filtered by stays for when it is shown again.
          setParams((old) => {
            const next = new URLSearchParams(old);
            if (chosen === "h265") {
              next.set("view", chosen);
            } else {
              next.delete("view");
            }
            return next;
          }, KEEP_SCROLL)
        }
      >
        <Tabs.List mb="md" aria-label="What is shown">
          {VIEWS.map((value) => (
            <Tabs.Tab key={value} value={value}>
              {value === "jobs" ? "All jobs" : "H.265 savings"}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="jobs">
          <Jobs />
        </Tabs.Panel>
        <Tabs.Panel value="h265">
          <H265Savings />
        </Tabs.Panel>
      </Tabs>
    </Container>
  );
}

function Jobs() {
  const { mayChangeFootage } = useRole();
  const cameraNames = useCameraNames();
  const [filter, setFilter] = useJobFilter();
  const list = useJobList(filter);
  const stats = useJobStats();
  const [busy, actions] = useActions();
  const kinds = stats.data?.kinds ?? [];

  return (
    <Stack gap="md">
      {kinds.some((kind) => jobCounts(kind).length > 0) && (
        <Panel title="In numbers" icon={<IconSum size={18} />}>
          <JobCounts kinds={kinds} />
        </Panel>
      )}
      <JobFilters filter={filter} onFilter={setFilter} />
      {list.isPending && <Loading>Loading jobs</Loading>}
      {list.error && !list.jobs && (
        <ErrorNotice words={describeError(list.error)} onRetry={() => void list.refetch()} />
      )}
      {list.jobs?.length === 0 && !list.hasNextPage && (
        <NoJobs
          isFiltered={isFiltered(filter)}
          mayExport={mayChangeFootage}
          onClear={() => setFilter(EVERY_JOB)}
        />
      )}
      {list.jobs && (list.jobs.length > 0 || list.hasNextPage) && (
        <>
          <JobList
            jobs={list.jobs}
            cameraNames={cameraNames}
            busy={busy}
            actions={mayChangeFootage ? actions : undefined}
          />
          {list.isFetchNextPageError && <ErrorNotice words={describeError(list.error)} />}
          <Center>
            {list.hasNextPage ? (
              <Button
                variant="default"
                loading={list.isFetchingNextPage}
                onClick={() => void list.fetchNextPage()}
              >
                Show more
              </Button>
            ) : (
              <Text size="sm" c="dimmed">
                These are all.
              </Text>
            )}
          </Center>
        </>
      )}
    </Stack>
  );
}

/** The filter, as the URL says it. */
function useJobFilter() {
  const [params, setParams] = useSearchParams();
  const key = withJobFilter(new URLSearchParams(), parseJobFilter(params)).toString();
  const filter = useMemo(() => parseJobFilter(new URLSearchParams(key)), [key]);
  const setFilter = (next: typeof filter) =>
    setParams((old) => withJobFilter(old, next), KEEP_SCROLL);
  return [filter, setFilter] as const;
}

/** Stops jobs and does them once more; and the one for which that is being asked. */
function useActions() {
  const calls = useJobCalls();
  const [busy, setBusy] = useState<string>();
  const act = async (failed: string, job: Job, step: (of: Job) => Promise<void>) => {
    setBusy(job.name);
    try {
      await step(job);
    } catch (error) {
      notifyFailure(failed, error);
    } finally {
      setBusy(undefined);
    }
  };
  const actions = {
    onStop: (job: Job) => void act("The job could not be stopped", job, calls.stop),
    onRetry: (job: Job) => void act("The job could not be tried again", job, calls.retry),
  };
  return [busy, actions] as const;
}

interface NoJobsProps {
  isFiltered: boolean;
  mayExport: boolean;
  onClear: () => void;
}

function NoJobs({ isFiltered: isNarrow, mayExport, onClear }: NoJobsProps) {
  if (isNarrow) {
    return (
      <EmptyState
        level={2}
        icon={<IconListCheck size={34} stroke={1.5} />}
        title="No job fits"
        action={
          <Button variant="default" onClick={onClear}>
            Show all jobs
          </Button>
        }
      >
        There is no job of this kind in this state.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      level={2}
      icon={<IconListCheck size={34} stroke={1.5} />}
      title="No jobs yet"
      action={
        mayExport && (
          <Button component={Link} to="/footage">
            Go to Footage
          </Button>
        )
      }
    >
      {mayExport
        ? "Export a span in Footage, or have older footage encoded anew as H.265 (see H.265 savings): what is done of it is shown here."
        : "Exports and footage that is encoded anew as H.265 are shown here while the server is at them, and afterwards."}
    </EmptyState>
  );
}
