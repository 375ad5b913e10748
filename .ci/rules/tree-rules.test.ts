import { describe, expect, it } from "@effect/vitest";
import type { RepositoryFile } from "./rules.ts";
import { checkTree } from "./tree-rules.ts";

const filesIn = (folder: string, count: number): ReadonlyArray<RepositoryFile> =>
  Array.from({ length: count }, (_, index) => ({ path: `${folder}/file-${index}.ts`, text: "" }));

const lines = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, index) => `const value${from + index} = ${from + index};`).join(
    "\n",
  );

const source = (name: string, text: string): RepositoryFile => ({
  path: `packages/core/sdk/src/${name}.ts`,
  text,
});

describe("tree rules", () => {
  it("folder-size refuses the twenty-first file", () => {
    expect(checkTree(filesIn("packages/core/sdk/src", 20))).toEqual([]);
    expect(checkTree(filesIn("packages/core/sdk/src", 21))).toEqual([
      "packages/core/sdk/src: folder-size: 21 files, and 20 are allowed. Give each noun a folder of its own.",
    ]);
  });

  it("folder-size counts a folder's own files only", () => {
    const files = [...filesIn("e2e", 20), ...filesIn("e2e/support", 20)];
    expect(checkTree(files)).toEqual([]);
  });

  it("repeated-lines refuses six lines that stand twice, and tells both places", () => {
    expect(checkTree([source("a", lines(6)), source("b", `\n${lines(6)}`)])).toEqual([
      "packages/core/sdk/src/b.ts:2: repeated-lines: the lines from here stand at packages/core/sdk/src/a.ts:1 too. Write them once, and import them.",
    ]);
  });

  it("repeated-lines finds a repetition within one file", () => {
    expect(checkTree([source("a", `${lines(6)}\nlet between;\n${lines(6)}`)])).toHaveLength(1);
  });

  it("repeated-lines takes five lines, imports, comments and tests for no repetition", () => {
    const imports = `import {\n  a,\n  b,\n  c,\n  d,\n  e,\n  f,\n} from "./x.ts";\n/**\n${" * Text.\n".repeat(8)} */\n`;
    const files = [source("a", imports + lines(5)), source("b", imports + lines(5))];
    const tests = ["a", "b"].map((name) => ({
      path: `packages/core/sdk/test/${name}.test.ts`,
      text: lines(9),
    }));
    expect(checkTree([...files, ...tests])).toEqual([]);
  });

  it("warning-codes wants each warning in the page about descriptions", () => {
    const page = { path: "docs/descriptions.md", text: "| `a_known` | something |" };
    const path = "packages/plugins/openapi/src/a.ts";
    const text = 'warnings.warn("a_known", "", null);\nwarnings.warn(\n  "a_new",\n);';
    const sdk = { path: "packages/core/sdk/src/b.ts", text: '({ code: "an_other" })' };
    expect(checkTree([page, { path, text }, sdk])).toEqual([
      `${path}: warning-codes: the warning a_new is not in docs/descriptions.md.`,
      `${sdk.path}: warning-codes: the warning an_other is not in docs/descriptions.md.`,
    ]);
  });
});
