import { transform } from "sucrase";
import { readLoneExpression, withoutModuleSyntax } from "./code-shape.ts";
import { unfence } from "./source-text.ts";
import { readTokens, toCodeSyntaxError } from "./tokens.ts";

export { CodeSyntaxError } from "./tokens.ts";

/** An async function without parameters, ready to be evaluated. */
export interface PreparedCode {
  /** JavaScript, one expression. Its lines are those of the code as sent. */
  readonly text: string;
  /** Number of characters added before the code on its first line. */
  readonly columnShift: number;
}

/**
 * Turns an agent's code into an async function.
 *
 * Understands TypeScript; a Markdown fence around the code; statements with `return`; a lone expression, whose value is
 * returned; a lone function, which is called; `export default`. Throws a {@link CodeSyntaxError} with the position in the
 * agent's code. Very deep nesting overflows the stack and throws a `RangeError`, so run it in a worker or a sandbox.
 *
 * @example
 * ```ts
 * import { prepareCode } from "@executor/kernel/prepare-code";
 *
 * prepareCode("1 + 1").text; // an async arrow function that returns 2
 * ```
 */
export const prepareCode = (source: string): PreparedCode => {
  const code = unfence(source.replace(/\r\n?/g, "\n"));
  const expression = readLoneExpression(code);
  if (expression !== undefined) {
    const value = stripTypes(`(${expression.code}\n)`);
    return prepared("async () => { return ", 1, `${value}${expression.isFunction ? "()" : ""} }`);
  }
  const script = withoutModuleSyntax(code, readTokens(code));
  return prepared("async () => {", 0, `${stripTypes(script.code)}\n${script.tail}}`);
};

const prepared = (head: string, added: number, rest: string): PreparedCode => ({
  text: head + rest,
  columnShift: head.length + added,
});

const stripTypes = (code: string): string => {
  try {
    return transform(code, {
      transforms: ["typescript"],
      disableESTransforms: true,
      keepUnusedImports: true,
    }).code;
  } catch (error) {
    throw toCodeSyntaxError(error);
  }
};
