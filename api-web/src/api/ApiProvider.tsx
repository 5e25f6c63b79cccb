/** Everything that reaches the server, in one wrapper: transport, cache and session. */
import type { Transport } from "@connectrpc/connect";
import { TransportProvider } from "@connectrpc/connect-query";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { describeError } from "./errors";
import { SessionProvider } from "./SessionProvider";
import type { Session } from "./session";

/** Tries again only what may work without a change, and only twice. */
const TRANSIENT_RETRIES = 2;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        retry: (failures, error) => describeError(error).transient && failures < TRANSIENT_RETRIES,
        refetchOnWindowFocus: false,
        staleTime: 5_000,
      },
    },
  });
}

interface Props {
  transport: Transport;
  queryClient: QueryClient;
  session: Session;
  children: ReactNode;
}

export function ApiProvider({ transport, queryClient, session, children }: Props) {
  return (
    <TransportProvider transport={transport}>
      <QueryClientProvider client={queryClient}>
        <SessionProvider session={session}>{children}</SessionProvider>
      </QueryClientProvider>
    </TransportProvider>
  );
}
