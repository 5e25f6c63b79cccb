/** Asks before an export is deleted, and names the files that go. */
import { Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import type { ErrorWords } from "../../api/errors";
import type { Export } from "../../gen/ronin/v1/export_pb";
import { removalWords } from "../../lib/exports";
import { bytes, count } from "../../lib/units";
import { ErrorNotice } from "../ErrorNotice";

/** More than this nobody reads; the number is said. */
const LISTED = 10;

interface Props {
  /** The export to delete; undefined while nothing is asked. */
  exported: Export | undefined;
  isBusy: boolean;
  error: ErrorWords | undefined;
  onConfirm: () => void;
  onClose: () => void;
}

export function DeleteExportDialog({ exported, isBusy, error, onConfirm, onClose }: Props) {
  const files = exported?.files ?? [];
  return (
    <Modal
      opened={exported !== undefined}
      onClose={onClose}
      title={exported && `Delete “${exported.title}”?`}
    >
      <Stack gap="md">
        {exported && <Text size="sm">{removalWords(exported)}</Text>}
        {files.length > 0 && (
          <List size="sm" aria-label="Files that go">
            {files.slice(0, LISTED).map(({ path, fileName, sizeBytes }) => (
              <List.Item key={path} style={{ overflowWrap: "anywhere" }}>
                {fileName}, {bytes(sizeBytes)}
              </List.Item>
            ))}
            {files.length > LISTED && (
              <List.Item>and {count(files.length - LISTED)} more</List.Item>
            )}
          </List>
        )}
        {error && <ErrorNotice words={error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Keep the export
          </Button>
          <Button color="red.8" loading={isBusy} onClick={onConfirm}>
            Delete export
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
