/** What encoding footage anew as H.265 saves, and how to switch it on. */
import { Stack } from "@mantine/core";
import { IconDeviceCctv, IconFileOff, IconMovie, IconScissors } from "@tabler/icons-react";
import { useCameraNames, useCameras } from "../api/cameras";
import { describeError } from "../api/errors";
import { useJobStats } from "../api/jobs";
import { useRole } from "../api/role";
import { EmptyState } from "../components/EmptyState";
import { ErrorNotice } from "../components/ErrorNotice";
import { H265Cameras, H265Settings } from "../components/jobs/H265Cameras";
import { SavingsTable } from "../components/jobs/SavingsTable";
import { FilesLeft, SavingsTotals } from "../components/jobs/SavingsTotals";
import { Loading } from "../components/Loading";
import { Panel } from "../components/Panel";
import { withH265 } from "../lib/h265";
import { allSavings, isAnything } from "../lib/savings";

export function H265Savings() {
  const stats = useJobStats();
  const { cameras = [] } = useCameras();
  const cameraNames = useCameraNames();

  if (stats.isPending) {
    return <Loading>Asking for the savings</Loading>;
  }
  if (stats.data === undefined) {
    return <ErrorNotice words={describeError(stats.error)} onRetry={() => void stats.refetch()} />;
  }
  const { cameras: rows, total } = allSavings(stats.data.transcodes);
  const isOn = withH265(cameras).length > 0;
  return (
    <Stack gap="md">
      {isAnything(total) ? (
        <>
          <Panel title="Savings" icon={<IconScissors size={18} />}>
            <SavingsTotals savings={total} />
          </Panel>
          <Panel title="By camera" icon={<IconDeviceCctv size={18} />}>
            <SavingsTable rows={rows} cameraNames={cameraNames} />
          </Panel>
          {total.left.length > 0 && (
            <Panel title="Files left as they were" icon={<IconFileOff size={18} />}>
              <FilesLeft left={total.left} />
            </Panel>
          )}
        </>
      ) : (
        <NothingSaved isOn={isOn} />
      )}
      {(isOn || isAnything(total)) && (
        <Panel title="Switched on for" icon={<IconMovie size={18} />}>
          <H265Cameras cameras={cameras} />
        </Panel>
      )}
    </Stack>
  );
}

function NothingSaved({ isOn }: { isOn: boolean }) {
  const { isAdmin } = useRole();
  const { cameras } = useCameras();
  if (isOn) {
    return (
      <EmptyState
        level={2}
        icon={<IconMovie size={34} stroke={1.5} />}
        title="Nothing is encoded yet"
      >
        Files are encoded once they are old enough, in the hours that are set. What that saves is
        shown here.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      level={2}
      icon={<IconMovie size={34} stroke={1.5} />}
      title="No footage is encoded anew yet"
      action={isAdmin && cameras && <H265Settings cameras={cameras} />}
    >
      {isAdmin
        ? "Older footage can be encoded anew, to take less space: switch H.265 on in the recording settings of a camera. A file takes the place of a recorded one only once its pictures were compared."
        : "Older footage can be encoded anew, to take less space. An administrator switches it on in the recording settings of a camera."}
    </EmptyState>
  );
}
