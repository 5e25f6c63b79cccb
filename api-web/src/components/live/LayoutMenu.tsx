/** Which cameras the live page shows: all of them, or those of a named layout; and what is done with those. */
import { Button, Menu } from "@mantine/core";
import {
  IconChevronDown,
  IconDeviceFloppy,
  IconLayoutGrid,
  IconPencil,
  IconTrash,
} from "@tabler/icons-react";

interface Named {
  name: string;
  displayName: string;
}

interface Props<Layout extends Named> {
  layouts: readonly Layout[];
  /** Undefined: all cameras. */
  chosen: Layout | undefined;
  onChoose: (layout: Layout | undefined) => void;
  /** Undefined where the person may not change layouts. */
  onChange: ((what: "add" | "rename" | "remove") => void) | undefined;
}

const ALL = "all";

export function LayoutMenu<Layout extends Named>(props: Props<Layout>) {
  const { layouts, chosen, onChoose, onChange } = props;
  if (layouts.length === 0 && onChange === undefined) {
    return null;
  }
  const label = chosen?.displayName ?? "All cameras";
  return (
    <Menu position="bottom-end" withinPortal={false} shadow="md">
      <Menu.Target>
        <Button
          size="xs"
          variant="default"
          maw={220}
          aria-label={`Layout: ${label}`}
          leftSection={<IconLayoutGrid size={16} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup
          value={chosen?.name ?? ALL}
          onChange={(name) => onChoose(layouts.find((layout) => layout.name === name))}
        >
          <Menu.RadioItem value={ALL} closeMenuOnClick>
            All cameras
          </Menu.RadioItem>
          {layouts.map(({ name, displayName }) => (
            <Menu.RadioItem key={name} value={name} closeMenuOnClick>
              {displayName}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        {onChange && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<IconDeviceFloppy size={16} />} onClick={() => onChange("add")}>
              Save as a new layout…
            </Menu.Item>
            {chosen && (
              <>
                <Menu.Item
                  leftSection={<IconPencil size={16} />}
                  onClick={() => onChange("rename")}
                >
                  Rename {chosen.displayName}…
                </Menu.Item>
                <Menu.Item leftSection={<IconTrash size={16} />} onClick={() => onChange("remove")}>
                  Remove {chosen.displayName}…
                </Menu.Item>
              </>
            )}
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
