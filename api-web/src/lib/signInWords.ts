/** A refused sign-in in words. */
import { Code, ConnectError } from "@connectrpc/connect";
import { describeError, type ErrorWords } from "../api/errors";

export function signInWords(error: unknown): ErrorWords {
  const words = describeError(error);
  return ConnectError.from(error).code === Code.Unauthenticated
    ? { ...words, title: "Signing in did not work" }
    : words;
}
