/** What every page lives in: theme, notices and the way to the server. */
import type { Transport } from "@connectrpc/connect";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import type { QueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ApiProvider } from "../api/ApiProvider";
import type { Session } from "../api/session";
import { theme } from "./theme";

interface Props {
  transport: Transport;
  queryClient: QueryClient;
  session: Session;
  /** "test" switches transitions off. */
  env?: "default" | "test";
  children: ReactNode;
}

export function AppFrame({ transport, queryClient, session, env = "default", children }: Props) {
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" env={env}>
      <Notifications position="bottom-right" />
      <ApiProvider transport={transport} queryClient={queryClient} session={session}>
        {children}
      </ApiProvider>
    </MantineProvider>
  );
}
