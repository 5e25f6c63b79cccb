/**
 * Adds a camera in steps: connection, check, streams, name and recording. Going back keeps everything.
 *
 * Not here: the calls behind check and save (`pages`), and what goes into a request
 * (`lib/cameraForm`).
 */
import { Stack, Stepper } from "@mantine/core";
import type { GetStorageResponse } from "../../gen/ronin/v1/storage_pb";
import type { CameraValues } from "../../lib/cameraForm";
import classes from "./CameraWizard.module.css";
import type { OnProbe } from "./useChecks";
import { STEPS, type WizardStep } from "./useSteps";
import { useWizard } from "./useWizard";
import {
  CheckStep,
  ConnectionStep,
  RecordingStep,
  type StepProps,
  StreamsStep,
} from "./WizardSteps";

const LABELS: Readonly<Record<WizardStep, string>> = {
  connection: "Connection",
  check: "Check",
  streams: "Streams",
  recording: "Name and recording",
};

interface Props {
  /** The step that the address of the page asks for. */
  step: WizardStep;
  onStep: (step: WizardStep) => void;
  /** Ids of the cameras there are. */
  taken: ReadonlySet<string>;
  /** Bytes of footage of removed cameras, by id. */
  leftovers: ReadonlyMap<string, bigint>;
  /** The disk; undefined where it is not known. */
  storage: GetStorageResponse | undefined;
  onProbe: OnProbe;
  /** Saves; fails with an error of the API. */
  onSave: (values: CameraValues) => Promise<void>;
  cancelPath: string;
}

export function CameraWizard(props: Props) {
  const wizard = useWizard(props);
  const { steps } = wizard;
  const stepProps: StepProps = { ...props, ...wizard };
  return (
    <Stack gap="lg">
      <Stepper
        active={steps.index}
        onStepClick={(index) => wizard.open(STEPS[index] ?? "connection")}
        size="sm"
        component="nav"
        aria-label="Steps"
        classNames={{
          step: classes.step,
          stepBody: classes.body,
          steps: classes.steps,
          separator: classes.separator,
        }}
      >
        {STEPS.map((step, index) => (
          <Stepper.Step
            key={step}
            label={LABELS[step]}
            // The number beside it is drawn only.
            aria-label={LABELS[step]}
            allowStepSelect={index <= steps.furthest && index !== steps.index}
            {...(index === steps.index && { "aria-current": "step" as const })}
            {...(index > steps.furthest && { "aria-disabled": true, "data-closed": true })}
          />
        ))}
      </Stepper>
      {steps.shown === "connection" && <ConnectionStep {...stepProps} />}
      {steps.shown === "check" && <CheckStep {...stepProps} />}
      {steps.shown === "streams" && <StreamsStep {...stepProps} />}
      {steps.shown === "recording" && <RecordingStep {...stepProps} />}
    </Stack>
  );
}
