/** The disk: what is on it, for how long it will do, what each camera takes, and what is kept. */
import { useQuery } from "@connectrpc/connect-query";
import { Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconChartBar, IconDeviceCctv } from "@tabler/icons-react";
import { useMemo } from "react";
import { useSearchParams } from "react-router";
import { useCameras } from "../api/cameras";
import { describeError } from "../api/errors";
import { useStorage, useStorageDays, useStoragePolicy } from "../api/storage";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { PageHeader } from "../components/PageHeader";
import { Panel } from "../components/Panel";
import { CameraStorageTable } from "../components/storage/CameraStorageTable";
import { ForecastNotice } from "../components/storage/ForecastNotice";
import { PolicyEditor } from "../components/storage/PolicyEditor";
import { StorageDaysChart } from "../components/storage/StorageDaysChart";
import { VolumePanel } from "../components/storage/VolumePanel";
import { AuthService, Role } from "../gen/ronin/v1/auth_pb";
import type { GetStorageResponse } from "../gen/ronin/v1/storage_pb";
import { notifyDone } from "../lib/notify";
import { addDays, dayKey } from "../lib/time";

/** Bars in the chart of a camera. */
const DAYS_SHOWN = 30;

export function StoragePage() {
  useDocumentTitle("Storage · RoninNVR");
  const storage = useStorage();
  return (
    <>
      <PageHeader title="Storage" description="What footage takes, and for how long it is kept." />
      {storage.isPending && <Loading>Asking for the disk</Loading>}
      {storage.error && !storage.data && (
        <ErrorNotice words={describeError(storage.error)} onRetry={() => void storage.refetch()} />
      )}
      {storage.data && <StoragePanels storage={storage.data} />}
    </>
  );
}

function StoragePanels({ storage }: { storage: GetStorageResponse }) {
  const session = useQuery(AuthService.method.getSession, {});
  const policy = useStoragePolicy();
  const [params, setParams] = useSearchParams();
  const { cameras } = useCameras();
  const byName = useMemo(() => new Map(cameras?.map((camera) => [camera.name, camera])), [cameras]);
  const id = params.get("camera");
  const chosen = storage.cameras.find(({ camera }) => camera === `cameras/${id}`)?.camera;
  const choose = (camera: string) =>
    setParams(camera === chosen ? {} : { camera: camera.replace("cameras/", "") }, {
      replace: true,
      preventScrollReset: true,
    });

  return (
    <Stack gap="md">
      {storage.forecast && <ForecastNotice forecast={storage.forecast} />}
      {storage.volumes.map((volume) => (
        <VolumePanel
          key={volume.path}
          volume={volume}
          reserveBytes={storage.policy?.reserveBytes ?? 0n}
        />
      ))}
      <Panel title="Cameras" icon={<IconDeviceCctv size={18} />}>
        {storage.cameras.length === 0 ? (
          <Text size="sm" c="dimmed">
            There is no footage yet. Add a camera, and what it takes is shown here.
          </Text>
        ) : (
          <CameraStorageTable
            rows={storage.cameras}
            cameras={byName}
            chosen={chosen}
            onChoose={choose}
          />
        )}
      </Panel>
      {chosen && <CameraDays camera={chosen} name={byName.get(chosen)?.displayName} />}
      {storage.policy && (
        <PolicyEditor
          policy={storage.policy}
          isEditable={session.data?.user?.role === Role.ADMIN}
          onCheck={policy.check}
          onSave={async (change) => {
            const answer = await policy.save(change);
            notifyDone("What is kept is changed.");
            return answer;
          }}
        />
      )}
    </Stack>
  );
}

function CameraDays({ camera, name }: { camera: string; name: string | undefined }) {
  const endDay = dayKey(Date.now());
  const startDay = addDays(endDay, 1 - DAYS_SHOWN);
  const days = useStorageDays(camera, startDay, endDay);
  const label = name ?? camera.replace("cameras/", "");
  return (
    <Panel title={`${label} by day`} icon={<IconChartBar size={18} />}>
      {days.isPending && <Loading>Loading days</Loading>}
      {days.error && !days.data && (
        <ErrorNotice words={describeError(days.error)} onRetry={() => void days.refetch()} />
      )}
      {days.data && (
        <StorageDaysChart
          camera={label}
          startDay={startDay}
          endDay={endDay}
          days={days.data.days}
        />
      )}
    </Panel>
  );
}
