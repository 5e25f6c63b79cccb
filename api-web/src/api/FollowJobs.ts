/** Follows jobs while it is there: what changes goes into the cached lists. Draws nothing. */
import { useTransport } from "@connectrpc/connect-query";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { JobWatch } from "./jobWatch";
import { useWatchLife } from "./useWatchLife";

export function FollowJobs() {
  const transport = useTransport();
  const queryClient = useQueryClient();
  const [watch] = useState(() => new JobWatch({ transport, queryClient }));
  useWatchLife(watch);
  return null;
}
