/** What is asked of events: cameras, classes, zones, time, marks and score. */
import { Checkbox, MultiSelect, NumberInput, Select, TextInput } from "@mantine/core";
import { useState } from "react";
import type { EventFilter, EventTime } from "../../lib/eventFilter";
import { labelWords } from "../../lib/events";
import { DAY_MS, dayKey, localTime, parseDayKey, parseLocalTime } from "../../lib/time";
import classes from "./EventFilters.module.css";

interface Option {
  value: string;
  label: string;
}

interface Props {
  filter: EventFilter;
  onFilter: (filter: EventFilter) => void;
  /** By id. */
  cameras: readonly Option[];
  /** Classes that are known. */
  labels: readonly string[];
  /** Names of zones that are known. */
  zones: readonly string[];
  nowMs: number;
}

const REVIEWED = [
  { value: "both", label: "Reviewed or not" },
  { value: "no", label: "Not reviewed" },
  { value: "yes", label: "Reviewed" },
];

export function EventFilters({ filter, onFilter, cameras, labels, zones, nowMs }: Props) {
  const change = (part: Partial<EventFilter>) => onFilter({ ...filter, ...part });
  const { reviewed, isRejected } = filter;
  return (
    <section className={classes.filters} aria-label="Filters">
      <Many
        label="Cameras"
        all="Every camera"
        options={withChosen(cameras, filter.cameras)}
        chosen={filter.cameras}
        onChoose={(chosen) => change({ cameras: chosen })}
      />
      <Many
        label="Labels"
        all="Every label"
        options={withChosen(
          labels.map((value) => ({ value, label: labelWords(value) })),
          filter.labels,
        )}
        chosen={filter.labels}
        onChoose={(chosen) => change({ labels: chosen })}
      />
      <Many
        label="Zones"
        all="Wherever"
        options={withChosen(
          zones.map((value) => ({ value, label: value })),
          filter.zones,
        )}
        chosen={filter.zones}
        onChoose={(chosen) => change({ zones: chosen })}
      />
      <TimeFields time={filter.time} nowMs={nowMs} onTime={(time) => change({ time })} />
      <Select
        label="Review"
        data={REVIEWED}
        value={reviewed === undefined ? "both" : reviewed ? "yes" : "no"}
        allowDeselect={false}
        // What made no event has no mark.
        disabled={isRejected}
        onChange={(value) => change({ reviewed: value === "both" ? undefined : value === "yes" })}
      />
      <NumberInput
        label="Least score"
        suffix=" %"
        min={0}
        max={100}
        step={5}
        clampBehavior="strict"
        allowDecimal={false}
        placeholder="Any"
        value={filter.minPercent === 0 ? "" : filter.minPercent}
        onChange={(value) => change({ minPercent: Number(value) || 0 })}
      />
      <Checkbox
        className={classes.box ?? ""}
        label="Show rejected"
        checked={isRejected}
        onChange={({ currentTarget: { checked } }) =>
          change({ isRejected: checked, ...(checked && { reviewed: undefined }) })
        }
      />
    </section>
  );
}

interface ManyProps {
  label: string;
  /** What it says while none is chosen. */
  all: string;
  options: readonly Option[];
  chosen: readonly string[];
  onChoose: (chosen: string[]) => void;
}

function Many({ label, all, options, chosen, onChoose }: ManyProps) {
  return (
    <MultiSelect
      label={label}
      placeholder={chosen.length === 0 ? all : ""}
      data={[...options]}
      value={[...chosen]}
      searchable
      clearable
      clearButtonProps={{ "aria-label": all }}
      nothingFoundMessage="There is none"
      onChange={onChoose}
    />
  );
}

const TIMES = [
  { value: "any", label: "Any time" },
  { value: "day", label: "A day" },
  { value: "span", label: "From and to" },
];

interface TimeProps {
  time: EventTime;
  nowMs: number;
  onTime: (time: EventTime) => void;
}

function TimeFields({ time, nowMs, onTime }: TimeProps) {
  const choose = (kind: string | null) => {
    if (kind === "day") {
      onTime({ kind, day: dayKey(nowMs) });
    } else if (kind === "span") {
      const from = Math.floor((nowMs - DAY_MS) / 1_000) * 1_000;
      onTime({ kind, fromMs: from, toMs: undefined });
    } else {
      onTime({ kind: "any" });
    }
  };
  return (
    <>
      <Select label="Time" data={TIMES} value={time.kind} allowDeselect={false} onChange={choose} />
      {time.kind === "day" && (
        <TextInput
          type="date"
          label="Day"
          max={dayKey(nowMs)}
          value={time.day}
          onChange={({ currentTarget: { value } }) => {
            if (parseDayKey(value) !== undefined) {
              onTime({ kind: "day", day: value });
            }
          }}
        />
      )}
      {time.kind === "span" && (
        <>
          <Ending label="From" ms={time.fromMs} onMs={(fromMs) => onTime({ ...time, fromMs })} />
          <Ending label="To" ms={time.toMs} onMs={(toMs) => onTime({ ...time, toMs })} />
        </>
      )}
    </>
  );
}

interface EndingProps {
  label: string;
  ms: number | undefined;
  onMs: (ms: number | undefined) => void;
}

/** One end of a span; while it is half typed, the one before stays. */
function Ending({ label, ms, onMs }: EndingProps) {
  const [text, setText] = useState<string>();
  const shown = ms === undefined ? "" : localTime(ms);
  return (
    <TextInput
      type="datetime-local"
      step={1}
      label={label}
      value={text !== undefined && parseLocalTime(text) === undefined ? text : shown}
      onChange={({ currentTarget: { value } }) => {
        setText(value);
        const next = parseLocalTime(value);
        if (next !== undefined || value === "") {
          onMs(next);
        }
      }}
      onBlur={() => setText(undefined)}
    />
  );
}

/** What is chosen can be taken away, known or not: a camera may be gone, a zone renamed. */
function withChosen(options: readonly Option[], chosen: readonly string[]): Option[] {
  const unknown = chosen.filter((value) => !options.some((option) => option.value === value));
  return [...options, ...unknown.map((value) => ({ value, label: value }))];
}
