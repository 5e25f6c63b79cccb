/** A field for the time of a moment to play. */
import { Button, Group, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { typedTime } from "../../lib/goToTime";

interface Props {
  /** A time without a date is one of this day. */
  dayMs: number;
  /** Plays the moment; or says why not, in words. */
  onGo: (ms: number) => string | undefined;
}

export function GoToTime({ dayMs, onGo }: Props) {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string>();
  const [note, setNote] = useState<string>();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const time = typedTime(text, dayMs, Date.now());
    setProblem(time.kind === "moment" ? onGo(time.ms) : time.words);
    setNote(time.kind === "moment" ? time.note : undefined);
  };

  return (
    <form onSubmit={submit} aria-label="Go to time">
      <TextInput
        size="xs"
        label="Go to time"
        placeholder="14:05:30"
        autoComplete="off"
        maw={300}
        value={text}
        error={problem}
        description={problem === undefined ? note : undefined}
        inputWrapperOrder={["label", "input", "description", "error"]}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setProblem(undefined);
          setNote(undefined);
        }}
        inputContainer={(input) => (
          <Group gap={6} wrap="nowrap">
            {input}
            <Button type="submit" size="xs" variant="default">
              Go
            </Button>
          </Group>
        )}
      />
    </form>
  );
}
