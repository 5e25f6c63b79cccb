/** What the person at this browser may do, as far as the app offers it; the server decides. */
import { useQuery } from "@connectrpc/connect-query";
import { AuthService, Role } from "../gen/ronin/v1/auth_pb";

export function useRole(): { isAdmin: boolean; mayChangeFootage: boolean } {
  const session = useQuery(AuthService.method.getSession, {});
  const role = session.data?.user?.role;
  return {
    isAdmin: role === Role.ADMIN,
    mayChangeFootage: role === Role.ADMIN || role === Role.OPERATOR,
  };
}
