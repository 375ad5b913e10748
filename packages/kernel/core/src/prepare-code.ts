import { CodeLimitError, positionAt, syntaxErrorAt, type TextPosition } from "./code-error.ts";
import { type Insertion, isFunction, readArrow, returnedValue } from "./code-shape.ts";
import { withoutModuleSyntax } from "./module-syntax.ts";
import { SourceMap } from "./source-map.ts";
import { offsetAt, unfence, withoutHashbang, withoutTrailingSemicolons } from "./source-text.ts";
import type { StrippedCode, StripProblem, TypeStripper } from "./type-stripper.ts";

export { CodeLimitError, CodeSyntaxError, type TextPosition } from "./code-error.ts";
export { TypeStripper } from "./type-stripper.ts";

/** An async function without parameters, ready to be evaluated. */
export interface PreparedCode {
  /** JavaScript, one expression. Its lines are those of the code as sent, unless it has an enum, a namespace or the like. */
  readonly text: string;
  /** The place in the code as sent of a place in the text. */
  readonly originalPosition: (position: TextPosition) => TextPosition;
}

const maxCharacters = 131_072;
const maxModuleStatements = 20;

const expressionHead = "async () => (";
const statementsHead = "async () => {";

/**
 * Turns an agent's code into an async function.
 *
 * Understands TypeScript; a Markdown fence around the code; statements with `return`; a lone expression, whose value is
 * returned; a last expression after statements, also in the branches of a last `if` or `try`; a lone function, or a last one named
 * `main` or `run`, which is called; `export default`; a hashbang. Throws a {@link CodeSyntaxError} with the position in the
 * agent's code, a {@link CodeLimitError}, or a `RangeError` if the code overflows a stack. Computes a bounded amount whatever the
 * code is: nothing outside could stop it.
 *
 * @example
 * ```ts
 * import { prepareCode, TypeStripper } from "@executor/kernel/prepare-code";
 * import { typeStripperFile } from "@executor/kernel/type-stripper-file";
 * import { meteredTypeStripper } from "@executor/kernel/type-stripper-metering";
 *
 * const wasm = meteredTypeStripper(await Bun.file(typeStripperFile).bytes());
 * const stripper = new TypeStripper(await WebAssembly.compile(wasm));
 *
 * prepareCode("1 + 1", stripper).text; // an async arrow function that returns 2
 * ```
 */
export const prepareCode = (source: string, stripper: TypeStripper): PreparedCode => {
  if (source.length > maxCharacters) {
    throw new CodeLimitError(
      "CodeTooLong",
      `The code has ${source.length} characters, and at most ${maxCharacters} can be run. Split it into several executions, and let tools pass data instead of writing it into the code.`,
    );
  }
  const code = withoutHashbang(unfence(source.replace(/\r\n?/g, "\n")));
  stripper.refuel(code.length);
  const expression = beginsStatement.test(code) ? undefined : prepareExpression(code, stripper);
  return expression ?? prepareStatements(code, stripper);
};

/** Reserved words that begin no expression: most code of agents begins with one of them, and is parsed once less by that. */
const beginsStatement = /^\s*(?:return|const|var|for|while|if|throw|try|switch|export)\b/;

/** Prepares code that is one expression; `undefined` if it is anything else. An object literal counts as an expression. */
const prepareExpression = (code: string, stripper: TypeStripper): PreparedCode | undefined => {
  const stripped = strip(`${expressionHead}${withoutTrailingSemicolons(code)}\n)`, stripper);
  if ("kind" in stripped) return undefined;
  const arrow = readArrow(stripped.code);
  if ("problem" in arrow || arrow.body.type === "BlockStatement") return undefined;
  const { body } = arrow;
  const call = { offset: body.end, text: isFunction(body) ? "()" : "" };
  if (stripped.map === undefined) {
    // The parentheses must be the ones above: `1) + (2` closes them.
    return body.type === "ParenthesizedExpression"
      ? prepared(stripped, arrow.end, [call])
      : undefined;
  }
  const [opening, closing] = [
    { offset: body.start, text: "(" },
    { offset: body.end, text: ")" },
  ];
  return prepared(stripped, arrow.end, [opening, closing, call]);
};

const prepareStatements = (source: string, stripper: TypeStripper): PreparedCode => {
  let code = source;
  let tail = "";
  for (let left = maxModuleStatements; ; left--) {
    const wrapped = `${statementsHead}${code}\n}`;
    const stripped = strip(wrapped, stripper);
    if (!("kind" in stripped)) return withValue(stripped, code, tail);
    const offset = unwrappedOffset(code, offsetAt(wrapped, stripped.line, stripped.column));
    if (!isModuleSyntax(stripped) || left === 0) throw swcError(code, offset, stripped.message);
    const script = withoutModuleSyntax(code, offset);
    if (tail !== "" && script.tail !== "") {
      throw syntaxErrorAt(code, offset, "Duplicate default export");
    }
    code = script.code;
    tail ||= script.tail;
  }
};

/** The offset in the code of an offset in the function around it. */
const unwrappedOffset = (code: string, offset: number): number =>
  Math.min(Math.max(0, offset - statementsHead.length), code.length);

/** Agents know other engines' words for the most frequent mistake. */
const swcError = (code: string, offset: number, message: string) =>
  syntaxErrorAt(code, offset, message === "Expression expected" ? "Unexpected token" : message);

const withValue = (stripped: StrippedCode, code: string, tail: string): PreparedCode => {
  const arrow = readArrow(stripped.code);
  if ("problem" in arrow) {
    const offset = stripped.map === undefined ? unwrappedOffset(code, arrow.offset) : 0;
    throw syntaxErrorAt(code, offset, arrow.problem);
  }
  const end = arrow.end - 1;
  const statements = arrow.body.type === "BlockStatement" ? arrow.body.body : [];
  const value =
    tail === ""
      ? returnedValue(stripped.code, statements, end)
      : [{ offset: end, text: `\n${tail}` }];
  return prepared(stripped, arrow.end, value);
};

/** swc's words for an import or export that is inside of a function. */
const isModuleSyntax = ({ message }: StripProblem): boolean =>
  message.includes("cannot be used outside of module code");

const strip = (code: string, stripper: TypeStripper): StrippedCode | StripProblem => {
  const stripped = stripper.strip(code, "strip-only");
  const needsTransform = "kind" in stripped && stripped.kind === "UnsupportedSyntax";
  return needsTransform ? stripper.strip(code, "transform") : stripped;
};

const prepared = (
  { code, map }: StrippedCode,
  end: number,
  insertions: ReadonlyArray<Insertion>,
): PreparedCode => {
  let text = "";
  let copied = 0;
  for (const insertion of insertions) {
    text += code.slice(copied, insertion.offset) + insertion.text;
    copied = insertion.offset;
  }
  text += code.slice(copied, end);
  let inserted: ReadonlyArray<TextPosition & { readonly length: number }> | undefined;
  let sourceMap: SourceMap | undefined;
  const originalPosition = ({ column, line }: TextPosition): TextPosition => {
    inserted ??= insertions.map(({ offset, text: added }) => ({
      ...positionAt(code, offset),
      length: added.length,
    }));
    let unshifted = column;
    for (const one of inserted) {
      if (one.line === line && unshifted > one.column) {
        unshifted = Math.max(one.column, unshifted - one.length);
      }
    }
    const place = { line, column: unshifted };
    if (map !== undefined) sourceMap ??= new SourceMap(map);
    const wrapped = sourceMap?.originalPosition(place) ?? place;
    const head = wrapped.line === 1 ? statementsHead.length : 0;
    return { line: wrapped.line, column: Math.max(1, wrapped.column - head) };
  };
  return { text, originalPosition };
};
