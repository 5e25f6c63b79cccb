/** Which jobs are listed: of which kinds, in which states. */
import { Group, MultiSelect } from "@mantine/core";
import { type Choice, JOB_KINDS, JOB_STATES, type JobFilter } from "../../lib/jobFilter";

interface Props {
  filter: JobFilter;
  onFilter: (filter: JobFilter) => void;
}

export function JobFilters({ filter, onFilter }: Props) {
  return (
    <Group gap="sm" align="flex-end">
      <Many
        label="Kind"
        all="Every kind"
        choices={JOB_KINDS}
        chosen={filter.kinds}
        onChoose={(kinds) => onFilter({ ...filter, kinds })}
      />
      <Many
        label="State"
        all="Every state"
        choices={JOB_STATES}
        chosen={filter.states}
        onChoose={(states) => onFilter({ ...filter, states })}
      />
    </Group>
  );
}

interface ManyProps<Value> {
  label: string;
  /** What it says while none is chosen. */
  all: string;
  choices: readonly Choice<Value>[];
  chosen: readonly Value[];
  onChoose: (chosen: Value[]) => void;
}

function Many<Value>({ label, all, choices, chosen, onChoose }: ManyProps<Value>) {
  const keysOf = (values: readonly Value[]) =>
    choices.filter(({ value }) => values.includes(value)).map(({ key }) => key);
  return (
    <MultiSelect
      label={label}
      placeholder={chosen.length === 0 ? all : ""}
      data={choices.map(({ key, label: words }) => ({ value: key, label: words }))}
      value={keysOf(chosen)}
      clearable
      clearButtonProps={{ "aria-label": all }}
      onChange={(keys) =>
        onChoose(choices.filter(({ key }) => keys.includes(key)).map(({ value }) => value))
      }
      style={{ flex: "1 1 220px" }}
    />
  );
}
