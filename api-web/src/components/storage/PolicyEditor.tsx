/**
 * What is kept of all cameras: shown, and changed in two steps. The first asks the server what the
 * change would delete; only the second makes it.
 */
import { Alert, Button, Group, NumberInput, SimpleGrid, Stack, Text } from "@mantine/core";
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconDeviceFloppy,
  IconScale,
} from "@tabler/icons-react";
import { useRef, useState } from "react";
import { asSentence, describeError, type ErrorWords } from "../../api/errors";
import type { StoragePolicy, UpdateStoragePolicyResponse } from "../../gen/ronin/v1/storage_pb";
import {
  type PolicyChange,
  type PolicyValues,
  placePolicyErrors,
  policyChange,
  policyValues,
} from "../../lib/storagePolicy";
import { bytes } from "../../lib/units";
import { policyWords } from "../../lib/volumes";
import { ErrorNotice } from "../ErrorNotice";
import { Panel } from "../Panel";
import classes from "./storage.module.css";

interface Props {
  policy: StoragePolicy;
  /** Whether the person may change it. */
  isEditable: boolean;
  /** Asks what a change would delete; fails with an error of the API. */
  onCheck: (change: PolicyChange) => Promise<UpdateStoragePolicyResponse>;
  /** Makes the change; fails with an error of the API. */
  onSave: (change: PolicyChange) => Promise<UpdateStoragePolicyResponse>;
}

type Step =
  | { kind: "editing" }
  | { kind: "checking" }
  | { kind: "checked"; change: PolicyChange; answer: UpdateStoragePolicyResponse }
  | { kind: "saving"; change: PolicyChange; answer: UpdateStoragePolicyResponse };

export function PolicyEditor({ policy, isEditable, onCheck, onSave }: Props) {
  return (
    <Panel title="What is kept" icon={<IconScale size={18} />}>
      <Stack gap="md">
        <Text size="sm">
          {policyWords(policy)}{" "}
          <Text span size="sm" c="dimmed">
            {policy.isCustom ? "Set here." : "As the configuration says."}{" "}
            {bytes(policy.reserveBytes ?? 0n)} of each disk stay free.
          </Text>
        </Text>
        {isEditable ? (
          <Editor policy={policy} onCheck={onCheck} onSave={onSave} />
        ) : (
          <Text size="sm" c="dimmed">
            Only an administrator can change this.
          </Text>
        )}
      </Stack>
    </Panel>
  );
}

function Editor({ policy, onCheck, onSave }: Omit<Props, "isEditable">) {
  // What is typed stays when the policy is read again; undefined: nothing was typed.
  const [typed, setTyped] = useState<PolicyValues>();
  const [step, setStep] = useState<Step>({ kind: "editing" });
  const [failure, setFailure] = useState<ErrorWords>();
  /** An answer to values that were changed since is dropped. */
  const asked = useRef(0);
  const values = typed ?? policyValues(policy);
  const change = policyChange(policy, values);
  const refused = placePolicyErrors(failure?.fields ?? []);

  const type = (field: keyof PolicyValues) => (value: string | number) => {
    asked.current += 1;
    setFailure(undefined);
    setStep({ kind: "editing" });
    setTyped({ ...values, [field]: value === "" ? "" : Number(value) });
  };

  const ask = async (
    call: Promise<UpdateStoragePolicyResponse>,
    next: (answer: UpdateStoragePolicyResponse) => void,
  ) => {
    asked.current += 1;
    const turn = asked.current;
    setFailure(undefined);
    try {
      const answer = await call;
      if (turn === asked.current) {
        next(answer);
      }
    } catch (error) {
      if (turn === asked.current) {
        setStep({ kind: "editing" });
        setFailure(describeError(error));
      }
    }
  };
  const check = () => {
    setStep({ kind: "checking" });
    void ask(onCheck(change), (answer) => setStep({ kind: "checked", change, answer }));
  };
  const save = (checked: Extract<Step, { kind: "checked" }>) => {
    setStep({ ...checked, kind: "saving" });
    void ask(onSave(checked.change), () => {
      setStep({ kind: "editing" });
      setTyped(undefined);
    });
  };
  const discard = () => {
    asked.current += 1;
    setTyped(undefined);
    setFailure(undefined);
    setStep({ kind: "editing" });
  };
  const isBusy = step.kind === "checking" || step.kind === "saving";

  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (change.paths.length > 0 && step.kind === "editing") {
          check();
        }
      }}
    >
      <Stack gap="md">
        <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="md" className={classes.fields ?? ""}>
          <NumberInput
            label="Days"
            description="Older footage is deleted. Empty: as long as it fits."
            placeholder="as long as it fits"
            min={0}
            decimalScale={2}
            allowNegative={false}
            suffix=" days"
            value={values.retentionDays}
            error={refused.fields.retentionDays}
            onChange={type("retentionDays")}
          />
          <NumberInput
            label="Size"
            description="Most footage of all cameras, in GB (1000 MB). Empty: what fits."
            placeholder="what fits"
            min={0}
            decimalScale={3}
            allowNegative={false}
            suffix=" GB"
            thousandSeparator=" "
            value={values.retentionGb}
            error={refused.fields.retentionGb}
            onChange={type("retentionGb")}
          />
          <NumberInput
            label="Reserve"
            description="What stays free of each disk, in GB, so that nothing else runs out of room."
            placeholder="0 GB"
            min={0}
            decimalScale={3}
            allowNegative={false}
            suffix=" GB"
            thousandSeparator=" "
            value={values.reserveGb}
            error={refused.fields.reserveGb}
            onChange={type("reserveGb")}
          />
        </SimpleGrid>
        {failure && (failure.fields.length === 0 || refused.others.length > 0) && (
          <ErrorNotice words={failure} fields={refused.others} />
        )}
        {(step.kind === "checked" || step.kind === "saving") && <Outcome answer={step.answer} />}
        <Group justify="flex-end">
          {typed !== undefined && (
            <Button variant="default" onClick={discard} disabled={step.kind === "saving"}>
              Discard
            </Button>
          )}
          {step.kind === "checked" || step.kind === "saving" ? (
            <Button
              color={step.answer.deletedBytes > 0n ? "red.8" : "ronin"}
              loading={isBusy}
              leftSection={<IconDeviceFloppy size={16} aria-hidden />}
              onClick={() => step.kind === "checked" && save(step)}
            >
              {step.answer.deletedBytes > 0n
                ? `Save and delete ${bytes(step.answer.deletedBytes)}`
                : "Save"}
            </Button>
          ) : (
            <Button type="submit" loading={isBusy} disabled={change.paths.length === 0}>
              What would change?
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}

/** What the change does, before it is made. */
function Outcome({ answer }: { answer: UpdateStoragePolicyResponse }) {
  const isLoss = answer.deletedBytes > 0n;
  return (
    <Alert
      role="status"
      color={isLoss ? "red" : "teal"}
      variant="light"
      title={
        isLoss
          ? `${bytes(answer.deletedBytes)} of footage would be deleted`
          : "Nothing would be deleted"
      }
      icon={
        isLoss ? (
          <IconAlertTriangle size={20} aria-hidden />
        ) : (
          <IconCircleCheck size={20} aria-hidden />
        )
      }
    >
      <Text size="sm">{asSentence(answer.message)}</Text>
      {isLoss && (
        <Text size="sm" fw={600}>
          It goes within seconds of saving and cannot be brought back. Nothing is changed yet.
        </Text>
      )}
    </Alert>
  );
}
