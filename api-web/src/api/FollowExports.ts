/** Follows exports while it is there: what changes goes into the cached list. Draws nothing. */
import { useTransport } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ExportWatch } from "./exportWatch";
import { useWatchLife } from "./useWatchLife";

export function FollowExports() {
  const transport = useTransport();
  const queryClient = useQueryClient();
  const [watch] = useState(() => new ExportWatch({ transport, queryClient }));
  useWatchLife(watch);
  return null;
}
