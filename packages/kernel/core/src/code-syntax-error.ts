/**
 * The agent's code does not parse. A plain error, since the code that throws it is loaded by every sandbox worker and
 * must start fast.
 */
export class CodeSyntaxError extends Error {
  override readonly name = "SyntaxError";
  /** Line of the code as it was sent, from 1. */
  readonly line: number;
  /** Column of that line, from 1. */
  readonly column: number;

  constructor(problem: string, line: number, column: number) {
    super(`${problem} (line ${line}, column ${column})`);
    this.line = line;
    this.column = column;
  }
}

/** The error for the place `offset` characters into `source`. */
export const syntaxErrorAt = (source: string, offset: number, problem: string): CodeSyntaxError => {
  const before = source.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return new CodeSyntaxError(problem, before.split("\n").length, offset - lineStart + 1);
};
