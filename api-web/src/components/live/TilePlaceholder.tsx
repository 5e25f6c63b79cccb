/** What is drawn over a tile without a picture: why, and what a click can do about it. */
import { Button, Loader, Text } from "@mantine/core";
import {
  IconPlayerPlay,
  IconPower,
  IconRefresh,
  IconVideoOff,
  IconVideoPlus,
} from "@tabler/icons-react";
import type { TileAction, TileWords } from "../../live/tileWords";
import classes from "./LiveTile.module.css";

const ACTIONS: Readonly<Record<TileAction, { label: string; icon: typeof IconRefresh }>> = {
  enable: { label: "Switch on", icon: IconPower },
  restart: { label: "Try now", icon: IconRefresh },
  reconnect: { label: "Reconnect", icon: IconRefresh },
  resume: { label: "Play", icon: IconPlayerPlay },
};

interface Props {
  words: TileWords;
  onAction: (action: TileAction) => void;
}

export function TilePlaceholder({ words, onAction }: Props) {
  const action = words.action && ACTIONS[words.action];
  const Icon = words.action === "enable" ? IconVideoPlus : IconVideoOff;
  return (
    <div className={classes.placeholder} data-tone={words.tone}>
      <div className={classes.placeholderBody}>
        {words.tone === "busy" ? (
          <Loader size="sm" color="gray" aria-hidden />
        ) : (
          <Icon className={classes.placeholderIcon} size={30} stroke={1.5} aria-hidden />
        )}
        <Text fw={600} size="sm" role="status">
          {words.title}
        </Text>
        {words.detail !== "" && (
          <Text size="xs" className={classes.placeholderDetail}>
            {words.detail}
          </Text>
        )}
        {words.action && action && (
          <Button
            size="compact-sm"
            variant="transparent"
            className={classes.action}
            leftSection={<action.icon size={14} aria-hidden />}
            onClick={() => words.action && onAction(words.action)}
          >
            {action.label}
          </Button>
        )}
      </div>
    </div>
  );
}
