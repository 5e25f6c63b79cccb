/** Ends the session at the server and in this browser. */
import { useMutation } from "@connectrpc/connect-query";
import { useCallback } from "react";
import { AuthService } from "../gen/ronin/v1/auth_pb";
import { useSession } from "./SessionProvider";

export function useSignOut(): () => Promise<void> {
  const { session } = useSession();
  const { mutateAsync } = useMutation(AuthService.method.logout);
  return useCallback(async () => {
    try {
      await mutateAsync({});
    } catch {
      // A server that is away must not keep anybody signed in here.
    }
    session.signedOut();
  }, [mutateAsync, session]);
}
