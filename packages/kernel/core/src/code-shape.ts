import { withoutTrailingSemicolons } from "./source-text.ts";
import {
  closingIndex,
  CodeSyntaxError,
  type CodeToken,
  readTokens,
  syntaxErrorAt,
} from "./tokens.ts";

export interface LoneExpression {
  /** The source without its trailing semicolons. */
  readonly code: string;
  /** Whether it is an arrow function or a function expression, which is meant to be called. */
  readonly isFunction: boolean;
}

/** Reads the source as one expression; `undefined` if it is anything else. An object literal counts as an expression. */
export const readLoneExpression = (source: string): LoneExpression | undefined => {
  for (const code of new Set([source, withoutTrailingSemicolons(source)])) {
    const tokens = tokensInParentheses(code);
    if (tokens !== undefined) return { code, isFunction: isFunction(tokens) };
  }
  return undefined;
};

/** The tokens of `(source)` if the outer parentheses match each other: `1) + (2` is no expression. */
const tokensInParentheses = (source: string): ReadonlyArray<CodeToken> | undefined => {
  if (source.trim() === "") return undefined;
  try {
    const tokens = readTokens(`(${source}\n)`);
    if (closingIndex(tokens, 0) !== tokens.length - 1 || tokens.length < 3) return undefined;
    return proposedExpressions.includes(tokens[1]?.text ?? "") ? undefined : inner(tokens);
  } catch (error) {
    if (error instanceof CodeSyntaxError) return undefined;
    throw error;
  }
};

/** Statements that Sucrase also accepts as expressions, following proposals for the language. */
const proposedExpressions: ReadonlyArray<string> = ["throw", "do"];

const inner = (tokens: ReadonlyArray<CodeToken>): ReadonlyArray<CodeToken> => tokens.slice(1, -1);

const isFunction = (expression: ReadonlyArray<CodeToken>): boolean => {
  let tokens = expression;
  while (tokens[0]?.text === "(" && closingIndex(tokens, 0) === tokens.length - 1) {
    tokens = inner(tokens);
  }
  const first = tokens[0]?.text === "async" && tokens.length > 1 ? 1 : 0;
  const text = tokens[first]?.text;
  if (text === "function") return tokens.at(-1)?.text === "}";
  if (text === "(") {
    const after = tokens[closingIndex(tokens, first) + 1]?.text;
    return after === "=>" || after === ":";
  }
  return tokens[first + 1]?.text === "=>";
};

export interface ScriptCode {
  readonly code: string;
  /** Statements that return the default export; empty if there is none. */
  readonly tail: string;
}

/** As long as `export default`, so that columns do not change. */
const defaultBinding = "var $default =";

/**
 * Turns a module's exports into plain declarations of the same length. Throws a {@link CodeSyntaxError} at an import,
 * because a sandbox has no modules.
 */
export const withoutModuleSyntax = (
  source: string,
  tokens: ReadonlyArray<CodeToken>,
): ScriptCode => {
  let code = source;
  let tail = "";
  const blank = (start: number, end: number, by = "") => {
    const kept = source.slice(start, end).replace(/[^\n]/g, " ");
    code = code.slice(0, start) + by + kept.slice(by.length) + code.slice(end);
  };
  tokens.forEach((token, index) => {
    if (token.depth > 0 || !startsStatement(source, tokens, index)) return;
    const next = tokens[index + 1];
    if (token.text === "import" && next?.text !== "(" && next?.text !== "type") {
      throw syntaxErrorAt(
        source,
        token.start,
        "Imports are not available here; call tools.<namespace>.<path>(input) instead",
      );
    }
    if (token.text !== "export" || next === undefined) return;
    if (next.text === "default") {
      const name = declaredFunction(tokens, index + 2);
      if (name === undefined) {
        blank(token.start, next.end, defaultBinding);
        tail = 'return typeof $default === "function" ? $default() : $default';
      } else {
        blank(token.start, next.end);
        tail = `return ${name}()`;
      }
    } else if (next.text === "{" || next.text === "*") {
      const last = next.text === "*" ? index + 1 : closingIndex(tokens, index + 1);
      const after = tokens[last + 1];
      if (next.text === "*" || after?.text === "from") {
        throw syntaxErrorAt(
          source,
          token.start,
          "Exports from other modules are not available here",
        );
      }
      blank(token.start, tokens[last]?.end ?? next.end);
    } else {
      blank(token.start, token.end);
    }
  });
  return { code, tail };
};

/** A property or a label may also be called `export`. */
const startsStatement = (
  source: string,
  tokens: ReadonlyArray<CodeToken>,
  index: number,
): boolean => {
  const previous = tokens[index - 1];
  const token = tokens[index];
  if (previous === undefined || token === undefined) return true;
  if (previous.text === ";" || previous.text === "}") return true;
  return previous.text !== "." && source.slice(previous.end, token.start).includes("\n");
};

/** The name in `[async] function [*] name`. */
const declaredFunction = (tokens: ReadonlyArray<CodeToken>, index: number): string | undefined => {
  let at = index;
  if (tokens[at]?.text === "async") at++;
  if (tokens[at]?.text !== "function") return undefined;
  at++;
  if (tokens[at]?.text === "*") at++;
  const name = tokens[at]?.text;
  return name === "(" ? undefined : name;
};
