/** Chooses which cameras are shown, in the order in which they are chosen. */
import { Button, Checkbox, Popover, ScrollArea, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconDeviceCctv } from "@tabler/icons-react";
import { useState } from "react";
import type { Camera } from "../../gen/ronin/v1/camera_pb";

/** A longer list is searched. */
const SEARCHED_FROM = 10;

interface Props {
  all: readonly Camera[];
  /** Ids. */
  chosen: readonly string[];
  /** So many at most. */
  most: number;
  onChoose: (ids: string[]) => void;
}

export function CameraPicker({ all, chosen, most, onChoose }: Props) {
  const [isOpen, { toggle, close }] = useDisclosure();
  const [text, setText] = useState("");
  const found = all.filter(({ id, displayName }) =>
    `${displayName} ${id}`.toLowerCase().includes(text.trim().toLowerCase()),
  );
  const isFull = chosen.length >= most;
  return (
    <Popover
      opened={isOpen}
      onChange={(opened) => !opened && close()}
      position="bottom-end"
      shadow="md"
      trapFocus
      returnFocus
    >
      <Popover.Target>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconDeviceCctv size={15} aria-hidden />}
          aria-label={`Choose cameras, ${chosen.length} are shown`}
          onClick={toggle}
        >
          Cameras ({chosen.length})
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="sm">
        <Stack gap="xs">
          {all.length >= SEARCHED_FROM && (
            <TextInput
              size="xs"
              label="Search"
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          )}
          <ScrollArea.Autosize mah={320} type="auto">
            <Checkbox.Group value={[...chosen]} onChange={onChoose} aria-label="Cameras to show">
              <Stack gap={8} p={4}>
                {found.map(({ id, displayName }) => (
                  <Checkbox
                    key={id}
                    size="sm"
                    value={id}
                    label={displayName}
                    disabled={isFull && !chosen.includes(id)}
                  />
                ))}
              </Stack>
            </Checkbox.Group>
          </ScrollArea.Autosize>
          <Text size="xs" c="dimmed" maw={220}>
            {isFull
              ? `${most} cameras are shown, which is the most. Take one away to add another.`
              : `Up to ${most} cameras.`}
          </Text>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
