/** Named layouts of the live page: listed, added, changed and removed. They are the same for all. */
import {
  createConnectQueryKey,
  useMutation,
  useQuery,
  useTransport,
} from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { type Layout, LayoutService, type ListLayoutsResponse } from "../gen/ronin/v1/layout_pb";

/** Somebody else may have changed them. */
const REFRESH_MS = 60_000;

export function useLayouts() {
  return useQuery(LayoutService.method.listLayouts, {}, { refetchInterval: REFRESH_MS });
}

/** What a layout shows. */
export interface LayoutContent {
  displayName: string;
  /** "cameras/{id}", in order. */
  cameras: readonly string[];
  columns: number;
}

export function useLayoutChanges() {
  const transport = useTransport();
  const client = useQueryClient();
  const queryKey = createConnectQueryKey({
    schema: LayoutService.method.listLayouts,
    transport,
    input: {},
    cardinality: "finite",
  });
  const refresh = () => client.invalidateQueries({ queryKey });
  const settled = { onSettled: refresh };
  const { mutateAsync: create } = useMutation(LayoutService.method.createLayout, settled);
  const { mutateAsync: update } = useMutation(LayoutService.method.updateLayout, settled);
  const { mutateAsync: remove } = useMutation(LayoutService.method.deleteLayout, settled);

  return {
    add: async ({ displayName, cameras, columns }: LayoutContent) => {
      const { layout } = await create({ layout: { displayName, cameras: [...cameras], columns } });
      return layout;
    },
    /** Shows it at once; what the server says replaces it. */
    change: async ({ name }: Layout, changes: Partial<LayoutContent>) => {
      const { cameras, ...rest } = changes;
      const fields = { ...rest, ...(cameras && { cameras: [...cameras] }) };
      await client.cancelQueries({ queryKey });
      client.setQueryData<ListLayoutsResponse>(queryKey, (old) => {
        const layouts = old?.layouts.map((other) =>
          other.name === name ? { ...other, ...fields } : other,
        );
        return old && { ...old, layouts: layouts ?? [] };
      });
      await update({ layout: { name, ...fields }, updateMask: { paths: pathsOf(changes) } });
    },
    remove: async ({ name }: Layout) => {
      await remove({ name });
    },
  };
}

function pathsOf(changes: Partial<LayoutContent>): string[] {
  const paths: Readonly<Record<keyof LayoutContent, string>> = {
    displayName: "display_name",
    cameras: "cameras",
    columns: "columns",
  };
  return (Object.keys(changes) as (keyof LayoutContent)[]).map((key) => paths[key]);
}
