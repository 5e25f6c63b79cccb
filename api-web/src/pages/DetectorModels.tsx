/** The models of the object detector, followed while they are shown. */
import { IconBrain } from "@tabler/icons-react";
import { describeError } from "../api/errors";
import { useModels } from "../api/models";
import { ModelTable } from "../components/detect/ModelTable";
import { ErrorNotice } from "../components/ErrorNotice";
import { Loading } from "../components/Loading";
import { Panel } from "../components/Panel";

export function DetectorModels() {
  const models = useModels({ areNumbersShown: true });
  return (
    <Panel title="Detector models" icon={<IconBrain size={18} />}>
      {models.isPending && <Loading>Asking for the models</Loading>}
      {models.error && !models.data && (
        <ErrorNotice words={describeError(models.error)} onRetry={() => void models.refetch()} />
      )}
      {models.data && <ModelTable {...models.data} />}
    </Panel>
  );
}
