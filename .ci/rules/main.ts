import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "./rules.ts";
import type { RepositoryFile } from "./rules.ts";
import { checkTree } from "./tree-rules.ts";

/** Checks every file that is tracked, or would be by `git add .`; prints problems and exits with 1 where there are any. */

const root = join(import.meta.dirname, "..", "..");
const textFile =
  /\.(?:tsx?|cjs|mjs|js|json|jsonc|md|ya?ml|css|html|lock|sh|txt)$|^\.ci\/run$|^LICENSE$/;

const listed = Bun.spawnSync(
  ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
  { cwd: root },
);
if (!listed.success) {
  console.error(`git ls-files failed: ${listed.stderr.toString()}`);
  process.exit(1);
}

const files = listed.stdout
  .toString()
  .split("\0")
  .filter((path) => textFile.test(path) && existsSync(join(root, path)))
  .map((path): RepositoryFile => ({ path, text: readFileSync(join(root, path), "utf8") }));

const problems = [...check(files), ...checkTree(files)];
for (const problem of problems) console.error(problem);
console.log(`${files.length} files, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
