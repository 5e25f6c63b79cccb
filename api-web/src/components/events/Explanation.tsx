/** What led to an event, or kept one from being made. */
import { Alert, Badge, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { asSentence } from "../../api/errors";
import { EventState, type ExplainEventResponse } from "../../gen/ronin/v1/event_pb";
import { checkWords, gateWords, picturesWords, ruleWords } from "../../lib/eventReasons";
import { type Fact, Facts } from "../Facts";
import classes from "./Explanation.module.css";

interface Props {
  explanation: ExplainEventResponse;
  /** Whether it has to say itself that no event was made. */
  isAlone?: boolean;
}

export function Explanation({ explanation, isAlone = true }: Props) {
  const { event, checks, gate, rule, picturesSeen, picturesLookedAt } = explanation;
  const facts: Fact[] = [
    { label: "Looked at because", value: gateWords(gate) },
    { label: "Seen", value: picturesWords(picturesSeen, picturesLookedAt) },
    { label: "Rule", value: rule ? ruleWords(rule) : "There was none for it" },
    { label: "Model", value: explanation.model || "The server does not say" },
    ...(explanation.modelSha256
      ? [{ label: "SHA-256", value: <code>{explanation.modelSha256}</code> }]
      : []),
  ];
  return (
    <Stack gap="sm">
      {isAlone && event?.state === EventState.REJECTED && (
        <Alert color="yellow" title="It made no event">
          {asSentence(event.rejection || "The server does not say why")}
        </Alert>
      )}
      {checks.length > 0 ? (
        <ul className={classes.checks} aria-label="Checks">
          {checks.map(({ kind, passed, text }) => (
            <li key={`${kind} ${text}`} className={classes.check} data-passed={passed || undefined}>
              {passed ? (
                <IconCircleCheck size={18} aria-hidden className={classes.icon} />
              ) : (
                <IconCircleX size={18} aria-hidden className={classes.icon} />
              )}
              <div>
                <Text size="sm" fw={650} component="div">
                  {checkWords(kind)}{" "}
                  <Badge
                    size="sm"
                    variant="light"
                    color={passed ? "teal" : "red"}
                    c="var(--mantine-color-text)"
                  >
                    {passed ? "Passed" : "Failed"}
                  </Badge>
                </Text>
                <Text size="sm" style={{ overflowWrap: "anywhere" }}>
                  {asSentence(text)}
                </Text>
              </div>
            </li>
          ))}
        </ul>
      ) : (
        <Text size="sm">The server told of no check.</Text>
      )}
      <Facts facts={facts} />
    </Stack>
  );
}
