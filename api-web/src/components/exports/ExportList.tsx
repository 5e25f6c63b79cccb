/** Exports, newest first: what they are of, how they do, their files, and what can be done. */
import { Button, Group, List, Paper, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import { IconDownload, IconPlayerPlay, IconTrash } from "@tabler/icons-react";
import { useId } from "react";
import { Link } from "react-router";
import { asSentence } from "../../api/errors";
import type { Export, ExportFile } from "../../gen/ronin/v1/export_pb";
import { JobState } from "../../gen/ronin/v1/job_pb";
import {
  exportCameras,
  exportKeepWords,
  exportPlayPath,
  exportSizeWords,
  exportSpanWords,
  fileWords,
} from "../../lib/exports";
import { askedWords, exportId, isUnderWay, jobState, jobStateWords } from "../../lib/jobs";
import { StateBadge } from "../cameras/StateBadge";
import { JobButtons } from "../jobs/JobButtons";
import { JobProgress } from "../jobs/JobProgress";
import { JobTrouble } from "../jobs/JobTrouble";
import classes from "./ExportList.module.css";

export interface ExportActions {
  onStop: (exported: Export) => void;
  onRetry: (exported: Export) => void;
  onDelete: (exported: Export) => void;
}

interface Props {
  exports: readonly Export[];
  /** Display names by "cameras/{id}". */
  cameraNames: ReadonlyMap<string, string>;
  /** Name of the one for which something is being asked. */
  busy: string | undefined;
  /** Undefined where the person may only look. */
  actions: ExportActions | undefined;
}

export function ExportList({ exports, busy, ...rest }: Props) {
  return (
    <ul className={classes.list} aria-label="Exports, newest first">
      {exports.map((exported) => (
        <li key={exported.name} id={exportId(exported.name)} tabIndex={-1}>
          <Row {...rest} exported={exported} isBusy={exported.name === busy} />
        </li>
      ))}
    </ul>
  );
}

type RowProps = Pick<Props, "cameraNames" | "actions"> & { exported: Export; isBusy: boolean };

function Row({ exported, cameraNames, isBusy, actions }: RowProps) {
  const titleId = useId();
  const { title, job, files, remarks } = exported;
  const facts = [exportSizeWords(exported), exportKeepWords(exported)].filter(Boolean);
  return (
    <Paper
      withBorder
      p="md"
      bg="var(--panel-background)"
      component="article"
      aria-labelledby={titleId}
    >
      <Stack gap="xs">
        <Group justify="space-between" align="flex-start" gap="xs" wrap="nowrap">
          <Title order={2} size="h5" id={titleId} miw={0} style={{ overflowWrap: "anywhere" }}>
            {title}
          </Title>
          <span role="status" style={{ flexShrink: 0 }}>
            <VisuallyHidden>{title}: </VisuallyHidden>
            <StateBadge words={jobStateWords(job, "Ready")} />
          </span>
        </Group>
        <Text size="sm">{exportCameras(exported, cameraNames)}</Text>
        <Text size="sm">{exportSpanWords(exported)}</Text>
        {facts.length > 0 && <Text size="sm">{facts.join(". ")}</Text>}
        {jobState(job) === JobState.RUNNING && (
          <JobProgress title={title} percent={job?.progressPercent ?? 0} />
        )}
        <JobTrouble job={job} otherwise="It could not be made" />
        {remarks.length > 0 && (
          <List size="sm" spacing={4} aria-label={`What is to be known of “${title}”`}>
            {remarks.map((remark) => (
              <List.Item key={remark}>{asSentence(remark)}</List.Item>
            ))}
          </List>
        )}
        {files.length > 0 && (
          <ul className={classes.files} aria-label={`Files of “${title}”`}>
            {files.map((file) => (
              <File key={file.path} file={file} cameraNames={cameraNames} />
            ))}
          </ul>
        )}
        <Group justify="space-between" gap="xs">
          <Text size="xs" c="dimmed">
            {job && askedWords(job)}
          </Text>
          <Buttons
            exported={exported}
            cameraNames={cameraNames}
            isBusy={isBusy}
            actions={actions}
          />
        </Group>
      </Stack>
    </Paper>
  );
}

interface FileProps {
  file: ExportFile;
  cameraNames: ReadonlyMap<string, string>;
}

function File({ file, cameraNames }: FileProps) {
  return (
    <li className={classes.file}>
      <div style={{ flex: "1 1 240px", minWidth: 0 }}>
        <Text size="sm" fw={600} style={{ overflowWrap: "anywhere" }}>
          {file.fileName}
        </Text>
        <Text size="sm" c="dimmed">
          {fileWords(file, cameraNames)}
        </Text>
      </div>
      <Button
        component="a"
        href={file.path}
        download={file.fileName}
        size="xs"
        variant="light"
        leftSection={<IconDownload size={16} aria-hidden />}
        aria-label={`Download ${file.fileName}`}
      >
        Download
      </Button>
    </li>
  );
}

/** Each is called by what it is about, too: there are many of them on the page. */
function Buttons({ exported, cameraNames, isBusy, actions }: RowProps) {
  const { title, job } = exported;
  const playPath = exportPlayPath(exported, cameraNames);
  return (
    <Group gap={6}>
      {playPath !== undefined && (
        <Button
          component={Link}
          to={playPath}
          size="compact-sm"
          variant="default"
          leftSection={<IconPlayerPlay size={14} aria-hidden />}
          aria-label={`Play in Footage: ${title}`}
        >
          Play in Footage
        </Button>
      )}
      {actions && (
        <JobButtons
          job={job}
          title={title}
          isBusy={isBusy}
          onStop={() => actions.onStop(exported)}
          onRetry={() => actions.onRetry(exported)}
        />
      )}
      {actions && !isUnderWay(job) && (
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconTrash size={14} aria-hidden />}
          aria-label={`Delete… ${title}`}
          onClick={() => actions.onDelete(exported)}
        >
          Delete…
        </Button>
      )}
    </Group>
  );
}
