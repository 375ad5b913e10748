import { CodeSyntaxError } from "./code-syntax-error.ts";
import { closingIndex, type CodeToken, readTokens } from "./tokens.ts";

export interface LoneExpression {
  /** The source without the semicolons at its end. */
  readonly code: string;
  /** An arrow function or a function expression, which is meant to be called. */
  readonly isFunction: boolean;
}

/** The source as one expression; `undefined` where it is something else. An object literal counts as an expression. */
export const readLoneExpression = (source: string): LoneExpression | undefined => {
  const wrapped = tokensInParentheses(source);
  if (wrapped !== undefined) return { code: source, isFunction: isFunction(wrapped) };
  const trimmed = source.replace(/(?:\s*;)+\s*$/, "");
  if (trimmed === source) return undefined;
  const tokens = tokensInParentheses(trimmed);
  return tokens === undefined ? undefined : { code: trimmed, isFunction: isFunction(tokens) };
};

/** The tokens of `(source)` where the outer pair belongs together: `1) + (2` is no expression. */
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

/** Statements that Sucrase also takes for expressions, as proposals for the language would have it. */
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
