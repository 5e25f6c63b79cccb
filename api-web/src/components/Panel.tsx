/** A titled box on a page. */
import { Box, Group, Paper, Title } from "@mantine/core";
import { type ReactNode, type Ref, useId } from "react";

interface Props {
  title: string;
  icon?: ReactNode;
  aside?: ReactNode;
  /** Where the focus can be put when the box comes in the place of another. */
  headingRef?: Ref<HTMLHeadingElement>;
  children: ReactNode;
}

export function Panel({ title, icon, aside, headingRef, children }: Props) {
  const headingId = useId();
  return (
    <Paper
      withBorder
      p="md"
      bg="var(--panel-background)"
      component="section"
      aria-labelledby={headingId}
    >
      <Group justify="space-between" mb="sm" mih={30} gap="xs">
        <Group gap="xs">
          {icon && (
            <Box c="ronin" lh={0} aria-hidden>
              {icon}
            </Box>
          )}
          <Title
            order={2}
            size="h5"
            id={headingId}
            {...(headingRef && { ref: headingRef, tabIndex: -1 })}
          >
            {title}
          </Title>
        </Group>
        {aside}
      </Group>
      {children}
    </Paper>
  );
}
