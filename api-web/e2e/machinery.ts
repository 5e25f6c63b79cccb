/** Programs and lines that a test starts, breaks and mends: a server, a camera, and a relay. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { promisify } from "node:util";

const START_MS = 60_000;

/** The first line on a program's output that has `pattern`, with what it captured. */
function lineOf(program: ChildProcess, pattern: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const timer = setTimeout(() => program.kill("SIGKILL"), START_MS);
    program.stdout?.on("data", (chunk) => {
      text += String(chunk);
      const found = pattern.exec(text);
      if (found !== null && text.indexOf("\n", found.index) !== -1) {
        clearTimeout(timer);
        resolve(found[1] ?? found[0]);
      }
    });
    program.on("error", reject);
    program.on("exit", () => {
      clearTimeout(timer);
      reject(new Error(`a program ended without a line like ${pattern}: ${text}`));
    });
  });
}

/** A program that runs until it is stopped. */
export interface Running {
  /** What the line that said that it is ready told. */
  told: string;
  stop: (signal?: NodeJS.Signals) => Promise<void>;
}

/** Starts a program and waits for the line that says that it is ready. */
export async function start(
  file: string,
  args: readonly string[],
  ready: RegExp,
  env: Record<string, string> = {},
): Promise<Running> {
  const program = spawn(file, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(program, "exit");
  const told = await lineOf(program, ready);
  return {
    told,
    stop: async (signal = "SIGTERM") => {
      program.kill(signal);
      await exited;
    },
  };
}

/** Runs a program to its end. */
export async function run(file: string, args: readonly string[], env: Record<string, string>) {
  await promisify(execFile)(file, [...args], { env: { ...process.env, ...env } });
}

/** A line to a server that can be held up. */
export interface Relay {
  port: number;
  /** From now on nothing passes in either direction, and connections stay open. */
  freeze: () => void;
  /** What was held up passes, and everything else. */
  thaw: () => void;
  close: () => Promise<void>;
}

/** A relay to `port` on this machine. */
export async function relayTo(port: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const server = createServer((client) => {
    const target = connect(port, "127.0.0.1");
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
      if (isFrozen) {
        socket.pause();
      }
    }
    const pass = (from: Socket, to: Socket) => {
      from.on("data", (data) => {
        if (!to.write(data)) {
          from.pause();
        }
      });
      to.on("drain", () => {
        if (!isFrozen) {
          from.resume();
        }
      });
      from.on("end", () => to.end());
    };
    pass(client, target);
    pass(target, client);
    if (isFrozen) {
      client.pause();
      target.pause();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("the relay has no port");
  }
  return {
    port: address.port,
    freeze: () => {
      isFrozen = true;
      for (const socket of sockets) {
        socket.pause();
      }
    },
    thaw: () => {
      isFrozen = false;
      for (const socket of sockets) {
        socket.resume();
      }
    },
    close: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
      await once(server, "close");
    },
  };
}
