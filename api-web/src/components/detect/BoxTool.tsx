/** Shows the boxes around objects over a live picture, or hides them. */
import { IconObjectScan } from "@tabler/icons-react";
import { useKeys } from "../../lib/useKeys";
import { liveKeyHandlers } from "../../live/liveKeys";
import { TileTool } from "../live/TileTool";

interface Props {
  isShown: boolean;
  onShown: (isShown: boolean) => void;
  /** Whether the page has a key for it. */
  hasKey: boolean;
}

export function BoxTool({ isShown, onShown, hasKey }: Props) {
  const toggle = () => onShown(!isShown);
  useKeys(liveKeyHandlers(hasKey ? { boxes: toggle } : {}));
  return (
    <TileTool
      label="Boxes around objects"
      isPressed={isShown}
      onClick={toggle}
      {...(hasKey && { keys: "b" })}
    >
      <IconObjectScan size={18} />
    </TileTool>
  );
}
