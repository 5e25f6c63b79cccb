/** The four steps of adding a camera, each a form whose main button leads on. */
import { Button, Group, Stack } from "@mantine/core";
import {
  IconArrowLeft,
  IconArrowRight,
  IconDeviceFloppy,
  IconLink,
  IconMovie,
  IconPlugConnected,
  IconStack2,
  IconTag,
} from "@tabler/icons-react";
import { type FormEvent, type ReactNode, useEffect, useRef } from "react";
import { Link } from "react-router";
import type { GetStorageResponse } from "../../gen/ronin/v1/storage_pb";
import { brandOf } from "../../lib/brands";
import { streamOf } from "../../lib/cameraForm";
import { hasAudio, sourceWords } from "../../lib/cameraWords";
import { ErrorNotice } from "../ErrorNotice";
import { Panel } from "../Panel";
import { CheckPanel } from "./CheckPanel";
import { ConnectionFields } from "./ConnectionFields";
import { MotionPanel } from "./MotionPanel";
import { NameFields } from "./NameFields";
import { RecordingFields } from "./RecordingFields";
import { type StreamRole, StreamRoles } from "./StreamRoles";
import { UncheckedChoice } from "./UncheckedChoice";
import { type Check, foundOf, isMissing } from "./useChecks";
import type { Wizard } from "./useWizard";

export interface StepProps extends Wizard {
  taken: ReadonlySet<string>;
  leftovers: ReadonlyMap<string, bigint>;
  storage: GetStorageResponse | undefined;
  cancelPath: string;
}

export function ConnectionStep({ form, steps, open, cancelPath }: StepProps) {
  return (
    <StepForm onSubmit={() => open("check")}>
      <Panel title="Connection" icon={<IconLink size={18} />} headingRef={steps.heading}>
        <ConnectionFields form={form} />
      </Panel>
      <Group justify="space-between">
        <Button variant="default" component={Link} to={cancelPath}>
          Cancel
        </Button>
        <Button type="submit" rightSection={<IconArrowRight size={16} aria-hidden />}>
          Check the connection
        </Button>
      </Group>
    </StepForm>
  );
}

export function CheckStep(props: StepProps) {
  const { form, steps, checks, check, open, maySave, savesUnchecked, setSavesUnchecked } = props;
  const isFound = foundOf(checks.main) !== undefined;
  const next = useRef<HTMLButtonElement>(null);

  useEffect(() => {
    // The field that had the focus is gone with the failure it belonged to.
    if (isFound && document.activeElement === document.body) {
      next.current?.focus();
    }
  }, [isFound]);

  return (
    // Enter in the fields that a refused sign-in brings tries it again.
    <StepForm onSubmit={check}>
      <Panel title="Check" icon={<IconPlugConnected size={18} />} headingRef={steps.heading}>
        <CheckPanel form={form} checks={checks} onCheck={check} asksSignIn />
      </Panel>
      {!isFound && !checks.isTrying && (
        <UncheckedChoice isChosen={savesUnchecked} onChoose={setSavesUnchecked} />
      )}
      <Group justify="space-between">
        <BackButton onClick={() => open("connection")} />
        <Button
          ref={next}
          disabled={!maySave}
          rightSection={<IconArrowRight size={16} aria-hidden />}
          onClick={() => open("streams")}
        >
          Next
        </Button>
      </Group>
    </StepForm>
  );
}

export function StreamsStep({ form, steps, checks, open, swap, storage }: StepProps) {
  const { values } = form;
  const role = (key: "main" | "sub", check: Check | undefined): StreamRole | undefined => {
    const source = streamOf(values, key);
    const found = foundOf(check);
    return (
      source && {
        address: sourceWords(source),
        streams: found?.streams,
        picture: found?.snapshot,
        isMissing: isMissing(check),
      }
    );
  };
  const main = role("main", checks.main);
  return (
    <StepForm onSubmit={() => open("recording")}>
      <Panel title="Streams" icon={<IconStack2 size={18} />} headingRef={steps.heading}>
        {main && (
          <StreamRoles
            main={main}
            sub={role("sub", checks.sub)}
            subWhere={brandOf(values.brand).subWhere}
            storage={storage}
            isRecorded={values.record}
            onSwap={swap}
            onAddSub={() => open("connection", "sub.path")}
          />
        )}
      </Panel>
      <Group justify="space-between">
        <BackButton onClick={() => open("check")} />
        <Button type="submit" rightSection={<IconArrowRight size={16} aria-hidden />}>
          Next
        </Button>
      </Group>
    </StepForm>
  );
}

export function RecordingStep(props: StepProps) {
  const { form, steps, checks, open, save, failure, isSaving, maySave, taken, leftovers } = props;
  const found = foundOf(checks.main);
  return (
    <StepForm onSubmit={save}>
      <Panel title="Camera" icon={<IconTag size={18} />} headingRef={steps.heading}>
        <NameFields form={form} taken={taken} leftovers={leftovers} />
      </Panel>
      <Panel title="Recording" icon={<IconMovie size={18} />}>
        <RecordingFields form={form} hasSound={found && hasAudio(found.streams)} />
      </Panel>
      <MotionPanel form={form} />
      {found === undefined && (
        <UncheckedChoice isChosen={props.savesUnchecked} onChoose={props.setSavesUnchecked} />
      )}
      {failure && <ErrorNotice words={failure.words} fields={failure.others} />}
      <Group justify="space-between">
        <BackButton onClick={() => open("streams")} />
        <Group gap="xs">
          {found === undefined && (
            <Button variant="default" onClick={() => open("check")}>
              Check the connection
            </Button>
          )}
          <Button
            type="submit"
            disabled={!maySave}
            loading={isSaving}
            leftSection={<IconDeviceFloppy size={16} aria-hidden />}
          >
            Add camera
          </Button>
        </Group>
      </Group>
    </StepForm>
  );
}

function StepForm({ onSubmit, children }: { onSubmit: () => void; children: ReactNode }) {
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit();
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">{children}</Stack>
    </form>
  );
}

function BackButton({ onClick }: { onClick: () => void }) {
  return (
    <Button
      variant="default"
      leftSection={<IconArrowLeft size={16} aria-hidden />}
      onClick={onClick}
    >
      Back
    </Button>
  );
}
