/** A fenced TypeScript block of a document or a docstring. */
export interface Example {
  /** The file that holds it, with the line of its fence. */
  readonly place: string;
  readonly code: string;
}

const fence = /^([ \t]*(?:\* ?)?)```ts([^\n]*)\n([\s\S]*?)^[ \t]*(?:\* ?)?```[ \t]*$/gm;

/**
 * The blocks of a Markdown or TypeScript file that are fenced as `ts`, except those fenced as `ts no-run`. In TypeScript
 * the fences stand in docstrings, whose leading asterisks are removed.
 */
export const examplesOf = (path: string, text: string): ReadonlyArray<Example> =>
  [...text.matchAll(fence)].flatMap(({ index, 2: options = "", 3: body = "" }) =>
    options.trim() === "no-run"
      ? []
      : [
          {
            place: `${path}:${text.slice(0, index).split("\n").length}`,
            code: path.endsWith(".ts") ? body.replaceAll(/^[ \t]*\* ?/gm, "") : body,
          },
        ],
  );

const printed = /^(\s*)console\.log\((.*)\);\s*\/\/ (?!=>)(.+)$/;
const returned = /^(\s*)(?:(?:const|let) (\w+)(?:: [^=]+)? = )?(.+?);?\s*\/\/ => (.+)$/;

/**
 * The example as a module that throws where a comment is wrong: `console.log(value); // text` states what is printed,
 * `expression; // => value` and `const name = expression; // => value` what the expression gives.
 */
export const checkedModule = (code: string): string =>
  [
    'import { deepStrictEqual as isEqual } from "node:assert";',
    'import { format as printedText } from "node:util";',
    ...code.split("\n").map((line) => {
      const [print, indent = "", values = "", text = ""] = printed.exec(line) ?? [];
      if (print !== undefined) {
        return `${indent}isEqual(printedText(${values}), ${JSON.stringify(text.trim())});`;
      }
      const [result, space = "", name, expression = "", value = ""] = returned.exec(line) ?? [];
      if (result === undefined) return line;
      return name === undefined
        ? `${space}isEqual(${expression}, ${value});`
        : `${space}const ${name} = ${expression}; isEqual(${name}, ${value});`;
    }),
  ].join("\n");
