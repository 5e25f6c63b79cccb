/** The named layouts, which of them is on the live page, and the dialogs that change them. */
import { type ReactNode, useState } from "react";
import { type LayoutContent, useLayoutChanges, useLayouts } from "../api/layouts";
import { useRole } from "../api/role";
import { LayoutNameDialog, RemoveLayoutDialog } from "../components/live/LayoutDialog";
import { LayoutMenu } from "../components/live/LayoutMenu";
import type { Layout } from "../gen/ronin/v1/layout_pb";

interface Options {
  /** Id of the layout that is asked for; null: all cameras. */
  id: string | null;
  onChoose: (id: string | undefined) => void;
}

export interface LayoutChoice {
  /** Whether it is not known yet what is to be shown. */
  isPending: boolean;
  chosen: Layout | undefined;
  /** Undefined where the person may not change layouts. */
  change: ((changes: Partial<LayoutContent>) => Promise<void>) | undefined;
  menu: ReactNode;
  /** What is asked in a dialog, if anything is; `content` is what a new layout would show. */
  dialog: (content: Omit<LayoutContent, "displayName">) => ReactNode;
}

type Asked = "add" | "rename" | "remove";

const PREFIX = "layouts/";

export function useLayoutChoice({ id, onChoose }: Options): LayoutChoice {
  const { data, isPending } = useLayouts();
  const { mayChangeFootage: mayChange } = useRole();
  const changes = useLayoutChanges();
  const [asked, setAsked] = useState<Asked>();
  const layouts = data?.layouts ?? [];
  const chosen = id === null ? undefined : layouts.find(({ name }) => name === PREFIX + id);
  const choose = (layout: Layout | undefined) => onChoose(layout?.name.replace(PREFIX, ""));
  const close = () => setAsked(undefined);

  const dialog: LayoutChoice["dialog"] = (content) => {
    if (asked === "add") {
      const save = async (displayName: string) =>
        choose(await changes.add({ ...content, displayName }));
      return <LayoutNameDialog title="New layout" name="" onSave={save} onClose={close} />;
    }
    if (chosen === undefined || asked === undefined) {
      return null;
    }
    if (asked === "rename") {
      const { displayName } = chosen;
      const save = (wanted: string) => changes.change(chosen, { displayName: wanted });
      const title = `Rename ${displayName}`;
      return <LayoutNameDialog title={title} name={displayName} onSave={save} onClose={close} />;
    }
    const remove = async () => {
      await changes.remove(chosen);
      choose(undefined);
    };
    const title = `Remove ${chosen.displayName}?`;
    return <RemoveLayoutDialog title={title} onRemove={remove} onClose={close} />;
  };

  return {
    isPending: id !== null && isPending,
    chosen,
    change: mayChange && chosen ? (wanted) => changes.change(chosen, wanted) : undefined,
    menu: (
      <LayoutMenu
        layouts={layouts}
        chosen={chosen}
        onChoose={choose}
        onChange={mayChange ? setAsked : undefined}
      />
    ),
    dialog,
  };
}
