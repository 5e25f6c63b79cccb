/**
 * The one place that makes a transport to the server, and the interceptor every call goes through.
 *
 * Not here: calls themselves (Connect-Query in pages, `cameraWatch` for the stream).
 */
import { Code, ConnectError, type Interceptor, type Transport } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { AuthService } from "../gen/ronin/v1/auth_pb";
import type { Session } from "./session";

/** A unary call that takes longer than this counts as a server that does not answer. */
const CALL_TIMEOUT_MS = 20_000;

/** Calls that are made without a session: "unauthenticated" there means a wrong password. */
const OPEN_CALLS: ReadonlySet<unknown> = new Set([
  AuthService.method.getSetupStatus,
  AuthService.method.completeSetup,
  AuthService.method.login,
]);

/** Sends the session with each call and forgets it when the server refuses it. */
export function sessionInterceptor(session: Session): Interceptor {
  return (next) => async (request) => {
    if (OPEN_CALLS.has(request.method)) {
      return next(request);
    }
    const token = session.token();
    if (token !== undefined) {
      request.header.set("authorization", `Bearer ${token}`);
    }
    const refused = (error: unknown) => {
      const isRefusal = ConnectError.from(error).code === Code.Unauthenticated;
      // An answer to an old session must not end a newer one.
      if (isRefusal && session.token() === token) {
        session.signedOut();
      }
    };
    try {
      const response = await next(request);
      return response.stream
        ? { ...response, message: watched(response.message, refused) }
        : response;
    } catch (error) {
      refused(error);
      throw error;
    }
  };
}

async function* watched<T>(messages: AsyncIterable<T>, onError: (error: unknown) => void) {
  try {
    yield* messages;
  } catch (error) {
    onError(error);
    throw error;
  }
}

/** The transport to the server that served this page. */
export function createAppTransport(session: Session): Transport {
  return createGrpcWebTransport({
    baseUrl: window.location.origin,
    defaultTimeoutMs: CALL_TIMEOUT_MS,
    interceptors: [sessionInterceptor(session)],
    fetch: (input, init) => fetch(input, { ...init, credentials: "same-origin" }),
  });
}
