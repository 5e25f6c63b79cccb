/** Where to go after signing in. */

/** The path to come back to; a link to another site is not followed. */
export function returnPath(from: string | null): string {
  return from?.startsWith("/") && !from.startsWith("//") && !from.startsWith("/\\")
    ? from
    : "/live";
}

/** The sign-in page that leads back to `path`. */
export function signInPath(path: string): string {
  return path === "/" || path === "/live"
    ? "/sign-in"
    : `/sign-in?from=${encodeURIComponent(path)}`;
}
