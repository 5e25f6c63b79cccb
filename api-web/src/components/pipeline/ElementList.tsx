/** The elements of a graph in words, branch by branch: what the drawing shows to those who see it. */
import { Code, Stack, Text, Title } from "@mantine/core";
import type { PipelineElement } from "../../gen/ronin/v1/system_pb";
import { branchName, elementsByBranch } from "../../lib/pipelineWords";
import classes from "./pipeline.module.css";

export function ElementList({ elements }: { elements: readonly PipelineElement[] }) {
  if (elements.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        There are none while the camera is not connected.
      </Text>
    );
  }
  return (
    <Stack gap="md">
      {elementsByBranch(elements).map(({ branch, elements }) => {
        const name = branchName(branch);
        return (
          <section key={branch} aria-label={name}>
            <Title order={3} size="h6" mb={4}>
              {name}
            </Title>
            <ol className={classes.elements} aria-label={`Elements: ${name}`}>
              {elements.map(({ name, factory }) => (
                <li key={name}>
                  {name} {factory !== "" && <Code>{factory}</Code>}
                </li>
              ))}
            </ol>
          </section>
        );
      })}
    </Stack>
  );
}
