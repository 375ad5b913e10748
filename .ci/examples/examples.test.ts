import { afterAll, describe, expect, it } from "@effect/vitest";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { checkedModule, examplesOf } from "./examples.ts";

/** Runs every example of a package's README and docstrings, so that none of them can go stale. */

const root = join(import.meta.dirname, "..", "..");
const packages = globSync(["packages/*/package.json", "packages/*/*/package.json"], { cwd: root })
  .map(dirname)
  .toSorted();

/** A folder inside the package, so that an example imports what a module of the package may import. */
const folderOf = (folder: string): string => join(root, folder, "node_modules", ".examples");

const run = async (folder: string, name: string, code: string): Promise<string> => {
  mkdirSync(folderOf(folder), { recursive: true });
  const file = join(folderOf(folder), `${name}.ts`);
  writeFileSync(file, checkedModule(code));
  const child = Bun.spawn([process.execPath, file], {
    cwd: join(root, folder),
    stdout: "ignore",
    stderr: "pipe",
  });
  const errors = await new Response(child.stderr).text();
  return (await child.exited) === 0 ? "" : `exit code ${child.exitCode}\n${errors}`;
};

afterAll(() => {
  for (const folder of packages) rmSync(folderOf(folder), { recursive: true, force: true });
});

describe("an example", () => {
  for (const folder of packages) {
    const files = globSync(["README.md", "src/**/*.ts"], { cwd: join(root, folder) }).toSorted();
    const examples = files.flatMap((file) => {
      const path = join(folder, file);
      return examplesOf(path, readFileSync(join(root, path), "utf8"));
    });
    for (const [index, { place, code }] of examples.entries()) {
      it(`runs as ${place} says`, async () => {
        expect(await run(folder, `example-${index}`, code)).toBe("");
      });
    }
  }
});

describe("the check of examples", () => {
  const check = (name: string, code: string) => run("packages/core/telemetry", name, code);

  it.each([
    ["prints", 'console.log("a", 1); // a 1'],
    ["returns", "[1, 2].map((n) => n * 2); // => [2, 4]"],
    ["names", "const sum: number = 1 + 1; // => 2\nif (sum !== 2) throw new Error();"],
  ])("accepts an example that %s what it says", async (name, code) => {
    expect(await check(`good-${name}`, code)).toBe("");
  });

  it.each([
    ["prints", 'console.log("a", 1); // a 2', /AssertionError/],
    ["returns", "[1, 2].map((n) => n * 2); // => [2, 5]", /AssertionError/],
    ["names", "const sum = 1 + 1; // => 3", /AssertionError/],
    ["throws", 'throw new Error("no");', /no/],
    ["imports", 'import { nothing } from "@executor/telemetry";\nnothing();', /nothing/],
  ])("refuses an example that %s something else", async (name, code, problem) => {
    expect(await check(`bad-${name}`, code)).toMatch(problem);
  });

  it("finds fences in Markdown and in docstrings, and leaves out those that are not to be run", () => {
    const markdown = "# A\n\n```ts\nlet a = 1;\n```\n\n```ts no-run\nb;\n```\n\n```sh\nc\n```\n";
    expect(examplesOf("README.md", markdown)).toEqual([
      { place: "README.md:3", code: "let a = 1;\n" },
    ]);
    const docstring = "/**\n * One.\n *\n * ```ts\n * f(1);\n *\n * g();\n * ```\n */\n";
    expect(examplesOf("src/a.ts", docstring)).toEqual([
      { place: "src/a.ts:4", code: "f(1);\n\ng();\n" },
    ]);
  });
});
