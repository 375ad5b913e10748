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
  ["a last expression with a semicolon", "const a = 1;\na + 1;", 2],
  ["statements without a value", "const a = 1;\nconst b = a;", undefined],
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
  ["a last expression", "const a: number = 1\na + 1", 2],
  ["a last expression after a comment", "const a = 1; // one\n// two\n(a + 1) // three", 2],
  ["a last expression beside a nested return", "const a = [1].map((n) => { return n })\na", [1]],
  ["a last call", "const id = 1\nawait tools.github.get({ id })", { got: { id: 1 } }],
  ["a last function without a name", "const a = 1\n;(async () => a + 1)", 2],
  ["a last expression after a return", "if (false) return 1\n5", 5],
  ["a last directive", "'use strict'", "use strict"],
  ["a last expression in a block", "if (true) { 5 }", 5],
  ["a last expression in a branch", "const a = 1\nif (a > 1) 4; else if (a) { a; 5 } else 6", 5],
  ["branches without braces and semicolons", "const a = 2\nif (a > 1) 4\nelse 6", 4],
  ["a last try", "const a = 1;\ntry { a.b.c; 1 } catch (e) { e.name; }", "TypeError"],
  ["a last try without a binding", "let a;\ntry { a.b } catch { 7 } finally { a = 1 }", 7],
  ["a last loop", "let a = 0;\nfor (const b of [1]) { a += b; }", undefined],
  ["a last call of main", "async function main() { return 4 }\nmain();", 4],
  ["an awaited last call of main", "const main = async () => 4;\nawait main();", 4],
  ["a last main in a constant", "const a = 4;\nconst main = async (): Promise<number> => a;", 4],
  ["a call of main before it is declared", "main();\n\nasync function main() { return 4 }\n", 4],
  ["helpers behind the last expression", "const a = b()\na + 1\nfunction b() { return 1 }", 2],
  ["an async function that is called at once", "(async () => { await null; return 4 })();", 4],
  ["a hashbang", "#!/usr/bin/env -S npx tsx\nconst a = 1;\nreturn a", 1],
  ["a hashbang in a fence", "Run:\n```ts\n#!/usr/bin/env node\n1 + 1\n```\n", 2],
  ["a last assignment", "let a;\na = 5;", 5],
  ["a last object in parentheses", "const a = 1;\n({ a });", { a: 1 }],
  ["a lone directive behind another statement", "'use strict';\nfunction a() {}", undefined],
  ["a lone expression, a semicolon and a comment", "1 + 1; // two", 2],
  ["a last function main", "const a = 1;\nasync function main() { return a }", 1],
  [
    "a last function main beside a longer name",
    "const domain = 1;\nfunction main() { return domain }",
    1,
  ],
  [
    "a last function run beside a member of that name",
    "const a = { b: 1 };\nfunction run() { return a.run ?? a.b }",
    1,
  ],
  [
    "a function main that the code calls",
    "const a = [];\nmain()\nfunction main() { a.push(1) }",
    undefined,
  ],
  ["a lone object with types", "{ a: 1 as number, b(): string { return 'b' } }.b()", "b"],
  ["a type after an expression", "const a = 1\ninterface B {}\n(a)", 1],
  ["a conditional with an arrow at its end", "const a = true, b = 2;\nreturn a ? (b) : c => d", 2],
  ["type arguments of a call", "const id = <T>(a: T) => a;\nreturn id<string>('a')", "a"],
  ["a namespace", "namespace A { export const b = 1 }\nreturn A.b", 1],
  ["an enum in a function", "async () => { enum A { B = 2 } return A.B }", 2],
  ["an angle bracket cast", "<number>(<any>1)", 1],
  ["parameter properties", "class A { constructor(readonly b: number) {} }\nreturn new A(3).b", 3],
  [
    "exported types",
    "export type A = 1;\nexport interface B {}\nexport type { C } from 'c';\nexport type { A };\nreturn 1",
    1,
  ],
  [
    "imported types",
    "import type { A } from 'a'\nimport type B = A.C\nconst c = 'd'\nreturn c",
    "d",
  ],
  [
    "twenty exports",
    Array.from({ length: 20 }, (_, i) => `export const a${i} = ${i};`).join("\n") + "\nreturn a19",
    19,
  ],
];

describe("prepareCode", () => {
  it.each(cases)("accepts %s", async (_name, source, value) => {
    expect(await evaluate(source)).toEqual(value);
  });

  it("treats a lone throw as a statement", async () => {
    await expect(evaluate("throw new TypeError('bad')")).rejects.toThrow("bad");
  });

  it("refuses a second default export, which would replace the first", () => {
    const error = syntaxError("export default 1\nexport default 2");
    expect(error.message).toBe("Duplicate default export (line 2, column 1)");
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
    expect(place("const a: number = 1; marker; return a as string")).toEqual([1, 22]);
    expect(place("const a = 1\n  foo(marker)")).toEqual([2, 7]);
    expect(place("foo(1); foo(marker)")).toEqual([1, 13]);
    expect(place("if (a) b; else foo(marker)")).toEqual([1, 20]);
    expect(place("if (a) b\nelse {\n  b; foo(marker) }")).toEqual([3, 10]);
    expect(place("foo(1);\nfunction b() { marker }")).toEqual([2, 16]);
    expect(place("export default () => marker")).toEqual([1, 22]);
    expect(place("enum A { B }\n\n  foo(marker);\nreturn 1")).toEqual([3, 7]);
    const { originalPosition } = prepareCode("enum A { B }\nreturn A");
    expect(originalPosition({ line: 1e300, column: 1e300 }).line).toBe(3);
  });

  it("counts columns in characters, also after wide ones", () => {
    for (const text of ["a", "é", "變", "😀", "\t", "\u0301", "\u200b", "é變😀"]) {
      const source = `/*${text}*/ const a = ;`;
      expect([text, syntaxError(source).column]).toEqual([text, source.length]);
    }
  });

  it("leaves no code longer than the cap to the parser", () => {
    const longest = "1" + " ".repeat(131_071);
    expect(prepareCode(longest).text).toContain("1");
    expect(() => prepareCode(`${longest} `)).toThrow(
      expect.objectContaining({ name: "CodeTooLong", message: expect.stringContaining("131073") }),
    );
  });

  it("says which exports it does not have", () => {
    for (const source of ["export * from 'a'", "let a;\nexport { a } from 'b'"]) {
      expect(() => prepareCode(source)).toThrow(
        "Exports from other modules are not available here",
      );
    }
    expect(syntaxError("export const a = 1;\nexport const b = ;").line).toBe(2);
    expect(syntaxError("const a = 1;\nimport { b } from 'b'").line).toBe(2);
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
