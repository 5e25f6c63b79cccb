/**
 * Takes an rtsp:// address apart as the server does, so that its parts can be seen and changed.
 *
 * Not here: whether the parts are any good beyond that (the server says so).
 */

export interface AddressParts {
  tls: boolean;
  host: string;
  /** Empty: the usual port. */
  port: number | "";
  /** Path and query; empty where the address has none. */
  path: string;
  username: string;
  password: string;
}

export type TakenApart =
  /** A host alone: there is nothing to take apart. */
  | { kind: "host" }
  | { kind: "parts"; parts: AddressParts }
  | { kind: "unreadable"; problem: string };

/**
 * Reads "rtsp://user:password@host:port/path", "host:port" or "host/path". What can be read in two
 * ways is refused: a guess would connect somewhere else than the person meant.
 */
export function takeApart(text: string): TakenApart {
  const trimmed = text.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed);
  if (scheme === null) {
    return isMoreThanHost(trimmed) ? parts(trimmed, false) : { kind: "host" };
  }
  const name = (scheme[1] ?? "").toLowerCase();
  if (name !== "rtsp" && name !== "rtsps") {
    return unreadable(
      `Cameras are recorded over RTSP. This address begins with ${name}://, one for RTSP with rtsp:// or rtsps://.`,
    );
  }
  return parts(trimmed.slice(scheme[0].length), name === "rtsps");
}

/** "cam/path", "user@cam" and "cam:8554", but not "fe80::1". */
function isMoreThanHost(text: string): boolean {
  return /[/@?]/.test(text) || /^[^:]+:[^:]*$/.test(text) || text.startsWith("[");
}

function parts(rest: string, tls: boolean): TakenApart {
  if (/[\s\\]/.test(rest)) {
    return unreadable("An address has no spaces or backslashes: write a space as %20.");
  }
  const split = rest.search(/[/?#]/);
  const authority = split === -1 ? rest : rest.slice(0, split);
  const path = split === -1 ? "" : rest.slice(split);
  const [hostPort = "", ...before] = authority.split("@").reverse();
  if (before.length > 1) {
    return unreadable(
      "There is more than one @ before the path: write an @ in the password as %40.",
    );
  }
  const place = splitPort(hostPort);
  if (place === undefined) {
    return unreadable(
      "The port behind the host is a number from 1 to 65535. If the password holds a /, write it as %2F.",
    );
  }
  if (place.host === "") {
    return unreadable("The address names no host.");
  }
  const [username = "", ...password] = (before[0] ?? "").split(":");
  try {
    return {
      kind: "parts",
      parts: {
        tls,
        ...place,
        path,
        username: decodeURIComponent(username),
        password: decodeURIComponent(password.join(":")),
      },
    };
  } catch {
    return unreadable(
      "User name or password has a broken % code: write a % in the password as %25.",
    );
  }
}

/** Host and port; undefined where what follows the host is no port. */
function splitPort(text: string): Pick<AddressParts, "host" | "port"> | undefined {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const host = match[1] ?? match[2] ?? "";
  if (match[3] === undefined) {
    return { host, port: "" };
  }
  const port = /^\d{1,5}$/.test(match[3]) ? Number(match[3]) : 0;
  return port >= 1 && port <= 65_535 ? { host, port } : undefined;
}

function unreadable(problem: string): TakenApart {
  return { kind: "unreadable", problem };
}
