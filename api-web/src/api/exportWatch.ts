/** Follows exports. Not here: how changes are followed (`changeWatch`), and the list (`exports`). */
import { createClient, type Transport } from "@connectrpc/connect";
import type { QueryClient } from "@tanstack/react-query";
import { type ExportChange, ExportService } from "../gen/ronin/v1/export_pb";
import { ChangeWatch } from "./changeWatch";
import { exportsKey, takeExport } from "./exports";

interface Options {
  transport: Transport;
  queryClient: QueryClient;
  /** 0 to 1, for the jitter. */
  random?: () => number;
}

export class ExportWatch extends ChangeWatch<ExportChange> {
  constructor({ transport, queryClient, random }: Options) {
    super({
      queryClient,
      open: (resumeToken, options) =>
        createClient(ExportService, transport).watchExports({ resumeToken }, options),
      take: ({ export: exported }) =>
        exported !== undefined && takeExport(queryClient, transport, exported),
      listsKey: exportsKey(transport),
      random,
    });
  }
}
