/** Why something is an event, or is none, over the list. */
import { Button, Group, Modal, Stack } from "@mantine/core";
import { Link } from "react-router";
import { describeError } from "../api/errors";
import { useExplanation } from "../api/events";
import { ErrorNotice } from "../components/ErrorNotice";
import { Explanation } from "../components/events/Explanation";
import { Loading } from "../components/Loading";

interface Props {
  /** Of the event; undefined: it is closed. */
  id: string | undefined;
  /** What the page of the event is told of where it was opened. */
  state: unknown;
  onClose: () => void;
}

export function WhyDialog({ id, state, onClose }: Props) {
  const explanation = useExplanation(id);
  return (
    <Modal opened={id !== undefined} onClose={onClose} size="lg" title="Why">
      <Stack gap="sm">
        {explanation.isLoading && <Loading>Asking why</Loading>}
        {explanation.error && !explanation.data && (
          <ErrorNotice
            words={describeError(explanation.error)}
            onRetry={() => void explanation.refetch()}
          />
        )}
        {explanation.data && <Explanation explanation={explanation.data} />}
        <Group>
          <Button
            component={Link}
            to={`/events/${id ?? ""}`}
            state={state}
            size="xs"
            variant="default"
          >
            Open it
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
