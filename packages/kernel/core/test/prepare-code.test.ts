import { describe, expect, it } from "@effect/vitest";
import { Script } from "node:vm";

import { positionAt } from "../src/code-error.ts";
import { CodeSyntaxError, prepareCode as prepare } from "../src/prepare-code.ts";
import { typeStripper } from "./support/type-stripper.ts";

const prepareCode = (source: string) => prepare(source, typeStripper);

/** Evaluates prepared code in this process, with `tools` in scope: only for the trusted snippets of this file. */
const evaluate = (source: string): Promise<unknown> => {
  const tools = "{ github: { get: async (input) => ({ got: input }) } }";
  const script = new Script(`((tools) => (${prepareCode(source).text})())(${tools})`);
  return Promise.resolve(script.runInThisContext());
};

const syntaxError = (source: string): CodeSyntaxError => {
  try {
    prepareCode(source);
  } catch (error) {
    if (error instanceof CodeSyntaxError) return error;
    throw error;
  }
  throw new Error("it parsed");
};

const cases: ReadonlyArray<readonly [name: string, source: string, value: unknown]> = [
  ["a lone expression", "1 + 1", 2],
  ["an expression with semicolons at its end", "1 + 1 ;;\n", 2],
  ["an expression and a comment", "1 + 1 // two", 2],
  ["an awaited call", 'await tools.github.get({ id: "a" })', { got: { id: "a" } }],
  ["a call whose promise is returned", "tools.github.get(1)", { got: 1 }],
  ["an object literal", "{ a: 1, b: [2] }", { a: 1, b: [2] }],
  ["an object literal in parentheses", "({ a: 1 })", { a: 1 }],
  ["an arrow function", "() => 5", 5],
  ["an async arrow function with types", "async (): Promise<number> => { return 5 }", 5],
  ["an arrow function in parentheses", "(async () => { return 5 })", 5],
  ["an arrow function and a semicolon", "async () => {\n  return 5;\n};", 5],
  ["a called arrow function", "(async () => 5)()", 5],
  ["a parameter without parentheses", "_ => 5", 5],
  ["a function", "async function main() { return 5 }", 5],
  ["an expression that starts with a parenthesis", "(1 + 1) * 2", 4],
  ["an arrow inside an expression", "[1, 2].map((n) => n * 2)", [2, 4]],
  ["a conditional with arrows", "(true) ? 'a' : (() => 1)", "a"],
  ["statements with return", "const a = 1;\nreturn a + 1;", 2],
  ["statements without return", "const a = 1;\na + 1;", undefined],
  ["a block with statements", "{ const a = 1; return a }", 1],
  ["nothing", "", undefined],
  ["only a comment", "// nothing", undefined],
  ["types", "const a: number = 1 as number; interface B { c: string }; return <number>a", 1],
  ["an enum", "enum A { B = 3 }\nreturn A.B", 3],
  ["satisfies and non-null", "const a = { b: 1 } satisfies { b: number };\nreturn a!.b", 1],
  ["new syntax", "const a = null;\nreturn a?.b ?? 2 ** 3", 8],
  ["export default of an arrow", "const n = 2\nexport default async () => n", 2],
  [
    "export default of a named function",
    "export default async function main() { return n }\nconst n = 3",
    3,
  ],
  ["export default of a function", "export default function () { return 4 }", 4],
  ["export default of a value", "export default { a: 1 };", { a: 1 }],
  ["named exports", "export const a = 1;\nexport function b() { return a }\nreturn b()", 1],
  ["an empty export", "const a = 1;\nexport {};\nreturn a", 1],
  [
    "a property called export",
    "const o = { export: 1, import: 2 };\nreturn o\n.export + o.import",
    3,
  ],
  ["a fence", "```ts\nreturn 1\n```", 1],
  ["a fence without a language", "```\n1 + 1\n```\n", 2],
  ["a fence of tildes", "~~~js\n1 + 1\n~~~", 2],
  ["a fence that never closes", "```typescript\nreturn 1", 1],
  ["prose around a fence", "Here is the code:\n\n```ts\nreturn 1\n```\nIt returns one.", 1],
  ["a fence inside a string", "return '```ts'.length", 5],
  [
    "a template with code in it",
    "const export1 = 1;\nreturn `export ${`a${export1}`} import`",
    "export a1 import",
  ],
  ["carriage returns", "const a = 1\r\nreturn a\r\n", 1],
  ["a line comment at the end", "return 1 // one", 1],
];

describe("prepareCode", () => {
  it.each(cases)("accepts %s", async (_name, source, value) => {
    expect(await evaluate(source)).toEqual(value);
  });

  it("treats a lone throw as a statement", async () => {
    await expect(evaluate("throw new TypeError('bad')")).rejects.toThrow("bad");
  });

  it("names the position at which the code does not parse", () => {
    const error = syntaxError("const a = 1;\nconst b = ;\n");
    expect([error.name, error.line, error.column]).toEqual(["SyntaxError", 2, 11]);
    expect(error.message).toBe("Unexpected token (line 2, column 11)");
  });

  it("counts lines from the start of the message around the fence", () => {
    expect(syntaxError("Code:\n```ts\nconst b = ;\n```").line).toBe(3);
  });

  it("knows the places of the code as sent", () => {
    const place = (source: string) => {
      const { originalPosition, text } = prepareCode(source);
      const { column, line } = originalPosition(positionAt(text, text.indexOf("marker")));
      return [line, column];
    };
    expect(place("type A = {\n  b: string;\n};\nmarker\nreturn 1")).toEqual([4, 1]);
    expect(place("foo(\n  marker\n)")).toEqual([2, 3]);
    expect(place("foo(marker)")).toEqual([1, 5]);
    expect(place("  foo(marker); return 1")).toEqual([1, 7]);
  });

  it("explains that imports are not available", () => {
    const error = syntaxError("const a = 1;\nimport fs from 'fs';\nreturn a");
    expect([error.line, error.column]).toEqual([2, 1]);
    expect(error.message).toContain("Imports are not available here");
    expect(prepareCode("import type { A } from 'a';\nreturn 1").text).toContain("return 1");
  });

  it("rejects code that breaks out of its function", () => {
    expect(() => prepareCode("1) + (2")).toThrow(CodeSyntaxError);
    expect(() => prepareCode("return 1 }; {")).toThrow(CodeSyntaxError);
  });
});
