/** Above a list of events: what can be done with those that are shown, and what was done. */
import { ActionIcon, Button, Text, Tooltip } from "@mantine/core";
import { IconArrowUp, IconChecks, IconFilter, IconKeyboard } from "@tabler/icons-react";
import { newWords } from "../../lib/eventArrivals";
import classes from "./EventActions.module.css";

/** Marks that were set or taken away at once. */
export interface Marks {
  names: readonly string[];
  reviewed: boolean;
}

interface ActionsProps {
  isFiltersOpen: boolean;
  /** How many things are asked of events. */
  filters: number;
  onFilters: () => void;
  /** How many of those shown are not reviewed; undefined: they have no marks. */
  unreviewed: number | undefined;
  onMarkAll: () => void;
  onHelp: () => void;
}

export function EventActions(props: ActionsProps) {
  const { isFiltersOpen, filters, onFilters, unreviewed, onMarkAll, onHelp } = props;
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconFilter size={16} aria-hidden />}
        aria-expanded={isFiltersOpen}
        onClick={onFilters}
      >
        {filters === 0 ? "Filters" : `Filters (${filters})`}
      </Button>
      {unreviewed !== undefined && (
        <Button
          size="xs"
          variant="default"
          leftSection={<IconChecks size={16} aria-hidden />}
          disabled={unreviewed === 0}
          onClick={onMarkAll}
        >
          Mark all shown as reviewed
        </Button>
      )}
      <Tooltip label="Keys">
        <ActionIcon size={30} variant="default" aria-label="Keys" onClick={onHelp}>
          <IconKeyboard size={16} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}

interface MarkedProps {
  marks: Marks | undefined;
  onUndo: () => void;
}

/** Says what was marked, and takes it back. */
export function Marked({ marks, onUndo }: MarkedProps) {
  return (
    <div className={classes.marked} data-shown={marks !== undefined || undefined}>
      <Text size="sm" role="status">
        {marks && markedWords(marks)}
      </Text>
      {marks && (
        <Button size="compact-sm" variant="subtle" onClick={onUndo}>
          Undo
        </Button>
      )}
    </div>
  );
}

function markedWords({ names, reviewed }: Marks): string {
  const what = names.length === 1 ? "1 event is" : `${names.length} events are`;
  return `${what} marked as ${reviewed ? "reviewed" : "not reviewed"}.`;
}

interface NewProps {
  count: number;
  onShow: () => void;
}

/** New events wait behind a button while the list is read. */
export function NewEvents({ count, onShow }: NewProps) {
  return (
    <div className={classes.new} role="status">
      {count > 0 && (
        <Button
          size="xs"
          radius="xl"
          leftSection={<IconArrowUp size={16} aria-hidden />}
          onClick={onShow}
        >
          {newWords(count)}
        </Button>
      )}
    </div>
  );
}
