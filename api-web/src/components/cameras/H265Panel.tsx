/** H.265 in the form of a camera. */
import { IconArrowsMinimize } from "@tabler/icons-react";
import type { Coder } from "../../gen/ronin/v1/system_pb";
import type { FieldErrors } from "../../lib/cameraErrors";
import { H265_ANCHOR } from "../../lib/h265";
import { Panel } from "../Panel";
import { H265Fields } from "./H265Fields";
import type { CameraFormHandle } from "./useCameraForm";

interface Props {
  form: CameraFormHandle;
  /** What the server encodes with; undefined where that is not known. */
  encoders: readonly Coder[] | undefined;
  /** The limit of age of all cameras in days; 0 or undefined: none. */
  keptDays: number | undefined;
}

export function H265Panel({ form, encoders, keptDays }: Props) {
  const { values, errors } = form;
  return (
    <Panel id={H265_ANCHOR} title="H.265" icon={<IconArrowsMinimize size={18} />}>
      <H265Fields
        values={values.h265}
        errors={errors as FieldErrors}
        encoders={encoders}
        keptDays={Number(values.retentionDays) || keptDays}
        onChange={(change) => {
          form.setFieldValue("h265", { ...values.h265, ...change });
          // What was wrong may be right now; saving looks again.
          form.setErrors((old) =>
            Object.fromEntries(Object.entries(old).filter(([field]) => !isOfH265(field))),
          );
        }}
      />
    </Panel>
  );
}

function isOfH265(field: string): boolean {
  return field.startsWith("h265.");
}
