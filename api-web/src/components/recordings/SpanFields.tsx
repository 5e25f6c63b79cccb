/** Two fields for the ends of a span. Not here: dragging them on the bar (`SpanSelector`). */
import { SimpleGrid, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { localTime, parseLocalTime } from "../../lib/time";
import type { Span } from "../../lib/timelineSpans";

export interface TypedSpan {
  from: string;
  to: string;
  type: (from: string, to: string) => void;
  /** What is wrong with it, in words. */
  problem: string | undefined;
  /** Whether both ends are typed and in order. */
  isWhole: boolean;
}

/** A span as text that may be half typed; tells each one that is whole. */
export function useTypedSpan(span: Span, onSpan: (span: Span) => void): TypedSpan {
  const [from, setFrom] = useTyped(span.startMs);
  const [to, setTo] = useTyped(span.endMs);
  const typed = spanOf(from, to);
  const isTurned = typed !== undefined && typed.endMs <= typed.startMs;
  return {
    from,
    to,
    type: (nextFrom, nextTo) => {
      setFrom(nextFrom);
      setTo(nextTo);
      const next = spanOf(nextFrom, nextTo);
      if (next !== undefined && next.endMs > next.startMs) {
        onSpan(next);
      }
    },
    problem: isTurned ? "The end has to be after the beginning." : undefined,
    isWhole: typed !== undefined && !isTurned,
  };
}

interface Props {
  typed: TypedSpan;
  /** What the server finds wrong. */
  errors?: { start: string | undefined; end: string | undefined };
  takesFocus?: boolean;
}

export function SpanFields({ typed, errors, takesFocus = false }: Props) {
  const firstRef = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (takesFocus) {
      firstRef.current?.focus();
    }
  }, [takesFocus]);
  const { from, to, type, problem } = typed;
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="sm">
      <TextInput
        ref={firstRef}
        type="datetime-local"
        step={1}
        label="From"
        value={from}
        error={errors?.start}
        onChange={(event) => type(event.currentTarget.value, to)}
      />
      <TextInput
        type="datetime-local"
        step={1}
        label="To"
        value={to}
        error={problem ?? errors?.end}
        onChange={(event) => type(from, event.currentTarget.value)}
      />
    </SimpleGrid>
  );
}

function spanOf(from: string, to: string): Span | undefined {
  const startMs = parseLocalTime(from);
  const endMs = parseLocalTime(to);
  return startMs === undefined || endMs === undefined ? undefined : { startMs, endMs };
}

/** A time as text that may be half typed; follows the time when that changes elsewhere. */
function useTyped(ms: number): [string, (text: string) => void] {
  const [text, setText] = useState(() => localTime(ms));
  useEffect(() => {
    setText((old) => (parseLocalTime(old) === ms ? old : localTime(ms)));
  }, [ms]);
  return [text, setText];
}
