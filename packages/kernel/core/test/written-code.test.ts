import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { Script } from "node:vm";
import { prepareCode } from "../src/prepare-code.ts";
import { typeStripper } from "./support/type-stripper.ts";

/** Evaluates prepared code in this process: only for the programs that are made here. */
const evaluate = (source: string): Promise<unknown> => {
  const { text } = prepareCode(source, typeStripper);
  return Promise.resolve(new Script(`(${text})()`).runInThisContext());
};

/** Statements before the end, each of which adds one to `done`. */
const statements = [
  "done += 1;",
  "done++",
  "for (const one of [1]) { done += one; }",
  "if (done >= 0) { done += 1 }",
  "await Promise.resolve().then(() => { done += 1; });",
  "try { throw 1 } catch { done += 1 } finally {}",
  "const grow = (by: number): number => (done += by);\ngrow(1);",
  "class Counter { static add() { done += 1 } }\nCounter.add();",
  "switch (1) { case 1: done += 1; break }",
  "{ done += 1; }",
  "enum Step { One = 1 }\ndone += Step.One;",
  "/* a comment; with a semicolon */ done += 1 // and another;",
];

/** Ends of a program that give `done`, as models write them. */
const endings = [
  "return done",
  "return done;",
  "done",
  "done;",
  "await done;",
  ";(done);",
  "done // the result",
  "done; // the result",
  "async function main() { return done }\nmain()",
  "async function main() { return done }\nawait main();",
  "async function main(): Promise<number> { return done }",
  "const main = async () => done;\nmain();",
  "const main = async () => {\n  return done;\n};",
  "main();\n\nasync function main() { return done }",
  ";(async () => done)();",
  ";(async () => { return done })()",
  "if (done > -1) { done } else { 0 }",
  "if (done > -1) done;\nelse 0;",
  "if (done < 0) {\n  0;\n} else if (done > -1) {\n  done;\n}",
  "try {\n  await done;\n} catch (error) {\n  error;\n}",
  "try { throw done } catch (error) { error }",
  "export default done",
  "export default async function () { return done }",
  "helper()\nfunction helper() { return done }",
];

const wrappings: ReadonlyArray<(code: string) => string> = [
  (code) => code,
  (code) => `#!/usr/bin/env node\n${code}`,
  (code) => `\`\`\`ts\n${code}\n\`\`\``,
  (code) => `Here it is:\n\n~~~typescript\n${code}\n~~~\n\nIt counts.`,
  (code) => code.replaceAll("\n", "\r\n"),
  (code) => `\n\n${code}\n\n`,
];

describe("programs as models write them", () => {
  it("give their value, whatever statements come before it and however it ends", async () => {
    const program = fc.record({
      before: fc.uniqueArray(fc.constantFrom(...statements), { maxLength: 5 }),
      ending: fc.constantFrom(...endings),
      wrap: fc.constantFrom(...wrappings),
    });
    await fc.assert(
      fc.asyncProperty(program, async ({ before, ending, wrap }) => {
        const source = wrap(["let done = 0;", ...before, ending].join("\n"));
        expect(await evaluate(source)).toBe(before.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it("run their statements once, also where they give no value", async () => {
    const program = fc.uniqueArray(fc.constantFrom(...statements), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(program, async (before) => {
        Reflect.set(globalThis, "done", 0);
        await evaluate(before.join("\n"));
        expect(Reflect.get(globalThis, "done")).toBe(before.length);
      }),
      { numRuns: 300 },
    );
  });
});
