// Fails when src/gen is not what `npm run generate` makes of the proto files. Works on a copy in
// memory, so that it needs no version control.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = "src/gen";

function contents() {
  return new Map(
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, readFileSync(path, "utf8")]),
  );
}

const before = contents();
execFileSync("node_modules/.bin/buf", ["generate"], { stdio: "inherit" });
const after = contents();

const stale = [...new Set([...before.keys(), ...after.keys()])].filter(
  (path) => before.get(path) !== after.get(path),
);
if (stale.length > 0) {
  console.error(`generated code was out of date, now rewritten: ${stale.join(", ")}`);
  process.exit(1);
}
console.log(`generated code is up to date: ${after.size} files`);
