/** Who may import whom: checked by reading the imports. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = "src";

interface Import {
  from: string;
  to: string;
}

const files = readdirSync(ROOT, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name))
  .filter((path) => !path.includes(".test.") && !/^src\/(gen|test)\//.test(path));

const imports: Import[] = files.flatMap((from) =>
  [...readFileSync(from, "utf8").matchAll(/(?:from|import)\s*\(?"([^"]+)"/g)].map((match) => {
    const to = match[1] ?? "";
    return { from, to: to.startsWith(".") ? normalize(join(dirname(from), to)) : to };
  }),
);

const offenders = (isWrong: (line: Import) => boolean) =>
  imports.filter(isWrong).map(({ from, to }) => `${from} imports ${to}`);

describe("layers", () => {
  it("reads the imports", () => {
    expect(imports.length).toBeGreaterThan(200);
  });

  it("only api makes transports", () => {
    expect(
      offenders(({ from, to }) => to === "@connectrpc/connect-web" && !from.startsWith("src/api/")),
    ).toEqual([]);
  });

  it("only api fetches", () => {
    const fetching = files.filter(
      (path) => !path.startsWith("src/api/") && /\bfetch\(/.test(readFileSync(path, "utf8")),
    );
    expect(fetching).toEqual([]);
  });

  it("components take data: they make no queries and know no pages", () => {
    expect(
      offenders(
        ({ from, to }) =>
          from.startsWith("src/components/") &&
          (/^src\/(pages|app)\//.test(to) ||
            to === "@connectrpc/connect-query" ||
            to === "@tanstack/react-query" ||
            (to.startsWith("src/api/") && to !== "src/api/errors")),
      ),
    ).toEqual([]);
  });

  it("lib and live know neither pages nor components", () => {
    expect(
      offenders(
        ({ from, to }) =>
          /^src\/(lib|live|api)\//.test(from) && /^src\/(pages|components|app)\//.test(to),
      ),
    ).toEqual([]);
  });
});
