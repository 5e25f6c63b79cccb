/** Spans of footage as files: how far they are, what is in them, and where to fetch them. */
import { Button, Center, Container, Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconFileExport } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { Link } from "react-router";
import { useCameraNames } from "../api/cameras";
import { describeError, type ErrorWords } from "../api/errors";
import { useExportCalls, useExportList } from "../api/exports";
import { FollowExports } from "../api/FollowExports";
import { useRole } from "../api/role";
import { EmptyState } from "../components/EmptyState";
import { ErrorNotice } from "../components/ErrorNotice";
import { DeleteExportDialog } from "../components/exports/DeleteExportDialog";
import { ExportList } from "../components/exports/ExportList";
import { Loading } from "../components/Loading";
import { PageHeader } from "../components/PageHeader";
import type { Export } from "../gen/ronin/v1/export_pb";
import { notifyDone, notifyFailure } from "../lib/notify";
import { useHashTarget } from "./useHashTarget";

export function ExportsPage() {
  useDocumentTitle("Exports · RoninNVR");
  const { mayChangeFootage } = useRole();
  const cameraNames = useCameraNames();
  const list = useExportList();
  const calls = useExportCalls();
  const [busy, setBusy] = useState<string>();
  const content = useRef<HTMLDivElement>(null);
  useHashTarget(list.exports !== undefined);
  const removal = useRemoval(calls.remove, () => content.current?.focus());

  const act = async (failed: string, exported: Export, step: (of: Export) => Promise<void>) => {
    setBusy(exported.name);
    try {
      await step(exported);
    } catch (error) {
      notifyFailure(failed, error);
    } finally {
      setBusy(undefined);
    }
  };
  const actions = {
    onStop: (of: Export) => void act("The export could not be stopped", of, calls.stop),
    onRetry: (of: Export) => void act("The export could not be tried again", of, calls.retry),
    onDelete: removal.ask,
  };

  return (
    <Container size="md" px={0}>
      <FollowExports />
      <PageHeader
        title="Exports"
        description="Spans of footage as MP4 files, to download and to pass on."
      />
      {/* Takes the focus when the button that had it has gone with its export. */}
      <Stack gap="md" ref={content} tabIndex={-1} style={{ outline: "none" }}>
        {list.isPending && <Loading>Loading exports</Loading>}
        {list.error && !list.exports && (
          <ErrorNotice words={describeError(list.error)} onRetry={() => void list.refetch()} />
        )}
        {list.exports?.length === 0 && <NoExports mayExport={mayChangeFootage} />}
        {list.exports && list.exports.length > 0 && (
          <>
            <ExportList
              exports={list.exports}
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
      <DeleteExportDialog {...removal.dialog} />
    </Container>
  );
}

/** Deletes an export once that is confirmed. */
function useRemoval(remove: (exported: Export) => Promise<void>, onGone: () => void) {
  const [exported, ask] = useState<Export>();
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<ErrorWords>();
  const onClose = () => {
    ask(undefined);
    setError(undefined);
  };
  const onConfirm = async () => {
    if (exported === undefined) {
      return;
    }
    setBusy(true);
    setError(undefined);
    try {
      await remove(exported);
      onClose();
      notifyDone("The export is deleted.");
      onGone();
    } catch (failure) {
      setError(describeError(failure));
    } finally {
      setBusy(false);
    }
  };
  return {
    ask,
    dialog: { exported, isBusy, error, onConfirm: () => void onConfirm(), onClose },
  };
}

function NoExports({ mayExport }: { mayExport: boolean }) {
  return (
    <EmptyState
      level={2}
      icon={<IconFileExport size={34} stroke={1.5} />}
      title="No exports yet"
      action={
        mayExport && (
          <Button component={Link} to="/footage">
            Go to Footage
          </Button>
        )
      }
    >
      {mayExport
        ? "Choose a span in Footage and export it: the server makes MP4 files of it, of one camera or of several, and keeps them here."
        : "What an operator exports of the footage is downloaded here."}
    </EmptyState>
  );
}
