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

/** The agent's code is larger or more complex than any code may be. The message says what to do. */
export class CodeLimitError extends Error {
  constructor(
    override readonly name: "CodeTooLong" | "CodeTooComplex",
    message: string,
  ) {
    super(message);
  }
}

/** A place in a text: `line` and `column` count from 1. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

/** The place `offset` characters into `source`. */
export const positionAt = (source: string, offset: number): TextPosition => {
  const before = source.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n") };
};

/** Makes the error for the position `offset` characters into `source`. */
export const syntaxErrorAt = (source: string, offset: number, problem: string): CodeSyntaxError => {
  const { line, column } = positionAt(source, offset);
  return new CodeSyntaxError(problem, line, column);
};
