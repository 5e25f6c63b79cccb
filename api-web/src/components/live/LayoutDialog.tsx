/** Asks for the name of a layout, or whether it is to be removed, and does that. */
import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { asSentence, describeError, type ErrorWords } from "../../api/errors";
import { ErrorNotice } from "../ErrorNotice";

interface Props {
  title: string;
  onClose: () => void;
}

interface NameProps extends Props {
  /** The name it has by now. */
  name: string;
  /** Fails with an error of the API. */
  onSave: (name: string) => Promise<void>;
}

const NAME_FIELD = "layout.display_name";

export function LayoutNameDialog({ title, name, onSave, onClose }: NameProps) {
  const [typed, setTyped] = useState(name);
  const { isBusy, failure, run } = useStep(onClose);
  const refused = failure?.fields.find(({ field }) => field === NAME_FIELD);
  const isTaken = failure?.reason === "LAYOUT_ALREADY_EXISTS";
  const wrong = refused?.description ?? (isTaken ? failure?.message : undefined);

  const save = (event: FormEvent) => {
    event.preventDefault();
    void run(() => onSave(typed));
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={save} noValidate>
        <Stack gap="md">
          <TextInput
            label="Name"
            description="Everybody who signs in sees it."
            value={typed}
            onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            error={wrong && asSentence(wrong)}
            maxLength={100}
            data-autofocus
          />
          {failure && wrong === undefined && <ErrorNotice words={failure} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={isBusy}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}

interface RemoveProps extends Props {
  onRemove: () => Promise<void>;
}

export function RemoveLayoutDialog({ title, onRemove, onClose }: RemoveProps) {
  const { isBusy, failure, run } = useStep(onClose);
  return (
    <Dialog title={title} onClose={onClose}>
      <Stack gap="md">
        <Text size="sm">It is gone for everybody. The cameras and their footage stay.</Text>
        {failure && <ErrorNotice words={failure} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep the layout
          </Button>
          <Button color="red.8" loading={isBusy} onClick={() => void run(onRemove)}>
            Remove layout
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}

function Dialog({ title, onClose, children }: Props & { children: ReactNode }) {
  return (
    // In full screen nothing outside of the page's own element is seen.
    <Modal opened onClose={onClose} title={title} withinPortal={false}>
      {children}
    </Modal>
  );
}

/** Does what is asked for, closes when it is done, and keeps what went wrong. */
function useStep(onDone: () => void) {
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<ErrorWords>();
  const run = async (step: () => Promise<void>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await step();
      onDone();
    } catch (error) {
      setFailure(describeError(error));
      setBusy(false);
    }
  };
  return { isBusy, failure, run };
}
