/** The state of adding a camera: what was entered, what the checks found, and how one gets on. */
import { useState } from "react";
import { isOfConnection, validateName } from "../../lib/cameraErrors";
import { type CameraValues, EMPTY_CAMERA, swapped } from "../../lib/cameraForm";
import { connected, focusField, useCameraForm, useSave } from "./useCameraForm";
import { foundOf, type OnProbe, useChecks } from "./useChecks";
import { useSteps, type WizardStep } from "./useSteps";

interface Options {
  step: WizardStep;
  onStep: (step: WizardStep) => void;
  taken: ReadonlySet<string>;
  onProbe: OnProbe;
  onSave: (values: CameraValues) => Promise<void>;
}

export function useWizard({ step, onStep, taken, onProbe, onSave }: Options) {
  const form = useCameraForm(EMPTY_CAMERA);
  const checks = useChecks(form.values, onProbe);
  const steps = useSteps(step, onStep, form);
  const [savesUnchecked, setSavesUnchecked] = useState(false);
  const maySave = foundOf(checks.main) !== undefined || savesUnchecked;

  const { save, failure, isSaving } = useSave(form, onSave, (fields) => {
    const first = fields[0];
    if (first !== undefined && isOfConnection(first)) {
      steps.open("connection", first);
    } else {
      focusField(form, first);
    }
  });

  return {
    form,
    checks,
    steps,
    savesUnchecked,
    setSavesUnchecked,
    maySave,
    failure,
    isSaving,
    /** Opens a step; what follows the connection wants one that can be tried. */
    open: (next: WizardStep, field?: string) => {
      if (next === "connection") {
        steps.open(next, field);
        return;
      }
      const values = connected(form, (field) => steps.open("connection", field));
      if (values === undefined) {
        return;
      }
      if (next === "check") {
        checks.checkIfNeeded(values);
      }
      steps.open(next, field);
    },
    check: () => {
      const values = connected(form, (field) => steps.open("connection", field));
      if (values !== undefined) {
        checks.check(values);
      }
    },
    swap: () => {
      form.setValues(swapped(form.getValues()));
      checks.swap();
    },
    save: () => {
      const errors = validateName(form.getValues(), taken);
      form.setErrors(errors);
      focusField(form, Object.keys(errors)[0]);
      if (Object.keys(errors).length === 0 && maySave) {
        void save(form.getValues());
      }
    },
  };
}

/** What the steps are given to work with. */
export type Wizard = ReturnType<typeof useWizard>;
