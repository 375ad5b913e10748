import { parse } from "sucrase/dist/esm/parser/index.js";

/**
 * The agent's code does not parse. A plain error and not a tagged one: every sandbox worker loads this module, and must
 * start fast.
 */
export class CodeSyntaxError extends Error {
  override readonly name = "SyntaxError";

  /** The position is that of the code as sent: `line` and `column` count from 1. */
  constructor(
    problem: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`${problem} (line ${line}, column ${column})`);
  }
}

/** Makes the error for the position `offset` characters into `source`. */
export const syntaxErrorAt = (source: string, offset: number, problem: string): CodeSyntaxError => {
  const before = source.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return new CodeSyntaxError(problem, before.split("\n").length, offset - lineStart + 1);
};

export interface CodeToken {
  readonly text: string;
  /** Characters from the start of the source. */
  readonly start: number;
  readonly end: number;
  /** Number of brackets and templates around it; a bracket has the depth of the code outside it. */
  readonly depth: number;
}

/** Reads the tokens of TypeScript statements. Throws a {@link CodeSyntaxError}. */
export const readTokens = (source: string): ReadonlyArray<CodeToken> => {
  const tokens: Array<CodeToken> = [];
  const open: Array<string> = [];
  for (const { start, end } of parseTypeScript(source)) {
    const text = source.slice(start, end);
    if (text === "" && start === source.length) continue;
    const innermost = open.at(-1);
    const inTemplateText = innermost === "`";
    const closes = inTemplateText ? text === "`" : text === ")" || text === "]" || text === "}";
    if (closes) open.pop();
    tokens.push({ text, start, end, depth: open.length });
    if (closes) continue;
    if (inTemplateText) {
      if (text === "${") open.push(text);
    } else if (text === "(" || text === "[" || text === "{" || text === "`") {
      open.push(text);
    }
  }
  return tokens;
};

/** Index of the token that closes the bracket at `index`, or the number of tokens if none does. */
export const closingIndex = (tokens: ReadonlyArray<CodeToken>, index: number): number => {
  const depth = tokens[index]?.depth ?? 0;
  let at = index + 1;
  while (at < tokens.length && (tokens[at]?.depth ?? 0) > depth) at++;
  return at;
};

const parseTypeScript = (source: string) => {
  try {
    return parse(source, false, true, false).tokens;
  } catch (error) {
    throw toCodeSyntaxError(error);
  }
};

/** Sucrase writes the position into its message: `Unexpected token (3:14)`, lines and columns from 1. */
export const toCodeSyntaxError = (error: unknown): unknown => {
  if (!(error instanceof SyntaxError)) return error;
  const position = /^(?:Error transforming [^:]*: )?(.*?) \((\d+):(\d+)\)$/s.exec(error.message);
  return position === null
    ? new CodeSyntaxError(error.message, 1, 1)
    : new CodeSyntaxError(position[1] ?? error.message, Number(position[2]), Number(position[3]));
};
