/** The protected spans of one camera, and how to give one up. */
import { Button, Center, Text } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useState } from "react";
import { describeError } from "../api/errors";
import { useProtectedSpans, useProtection } from "../api/protection";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { Panel } from "../components/Panel";
import { ProtectedSpans, UnprotectDialog } from "../components/recordings/ProtectedSpans";
import type { ProtectedSpan } from "../gen/ronin/v1/recording_pb";
import { notifyDone } from "../lib/notify";
import { timestampMs } from "../lib/time";

interface Props {
  /** "cameras/{id}" */
  camera: string;
  isEditable: boolean;
  onMoment: (ms: number) => void;
}

export function CameraProtection({ camera, isEditable, onMoment }: Props) {
  const list = useProtectedSpans(camera);
  const { unprotect } = useProtection();
  const [doomed, setDoomed] = useState<ProtectedSpan>();
  const close = () => {
    setDoomed(undefined);
    unprotect.reset();
  };
  const confirm = (span: ProtectedSpan) =>
    unprotect.mutate(
      { name: span.name },
      {
        onSuccess: () => {
          close();
          notifyDone("The protection is taken away.");
        },
      },
    );

  return (
    <Panel title="Protected" icon={<IconShieldCheck size={18} />}>
      {list.isPending && <Loading>Loading protected spans</Loading>}
      {list.error && !list.spans && (
        <ErrorNotice words={describeError(list.error)} onRetry={() => void list.refetch()} />
      )}
      {list.spans?.length === 0 && (
        <Text size="sm" c="dimmed">
          Nothing of this camera is protected.
          {isEditable && " To keep something for good, choose “Protect a span” above."}
        </Text>
      )}
      {list.spans && list.spans.length > 0 && (
        <ProtectedSpans
          spans={list.spans}
          isEditable={isEditable}
          onShow={(span) => onMoment(timestampMs(span.startTime) ?? 0)}
          onUnprotect={setDoomed}
        />
      )}
      {list.hasNextPage && (
        <Center pt="sm">
          <Button
            variant="default"
            loading={list.isFetchingNextPage}
            onClick={() => void list.fetchNextPage()}
          >
            Older spans
          </Button>
        </Center>
      )}
      <UnprotectDialog
        span={doomed}
        isBusy={unprotect.isPending}
        error={unprotect.error ? describeError(unprotect.error) : undefined}
        onConfirm={() => doomed && confirm(doomed)}
        onClose={close}
      />
    </Panel>
  );
}
