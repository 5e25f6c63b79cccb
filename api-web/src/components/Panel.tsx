/** A titled box on a page. */
import { Box, Group, Paper, Title } from "@mantine/core";
import { type ReactNode, type Ref, useId } from "react";

interface Props {
  /** What the hash of a URL calls it that leads here. */
  id?: string;
  title: string;
  icon?: ReactNode;
  aside?: ReactNode;
  /** Where the focus can be put when the box comes in the place of another. */
  headingRef?: Ref<HTMLHeadingElement>;
  children: ReactNode;
}

export function Panel({ id, title, icon, aside, headingRef, children }: Props) {
  const headingId = useId();
  return (
    <Paper
      withBorder
      p="md"
      bg="var(--panel-background)"
      component="section"
      aria-labelledby={headingId}
      {...(id !== undefined && { id, tabIndex: -1 })}
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
