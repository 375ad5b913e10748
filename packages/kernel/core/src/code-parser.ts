import { type Node, Parser, type Program, tokTypes } from "acorn";
import { CodeLimitError } from "./code-error.ts";

/** Levels of statements and expressions inside of each other. Some work of the parser is the depth of a name, for every name. */
const maxNesting = 250;

// Members that acorn has for its plugins and its types leave out (https://github.com/acornjs/acorn/tree/master/acorn#plugin-system).
declare module "acorn" {
  interface Parser {
    pos: number;
    raise: (offset: number, problem: string) => never;
    readWord1: () => string;
    finishToken: (type: unknown, value: unknown) => void;
    readRegexp(): void;
    declareName(): void;
    parseStatement(...context: ReadonlyArray<unknown>): Node;
    parseMaybeAssign(...context: ReadonlyArray<unknown>): Node;
  }
}

/**
 * acorn, with work that grows no faster than the code: it leaves regular expressions and repeated names to the engine that runs
 * the code, and reads no code that is nested without end.
 */
class CodeParser extends Parser {
  #nesting = 0;

  /** Finds the end of a regular expression. acorn would also compile it, which nothing can stop. */
  override readRegexp(): void {
    const start = this.pos;
    let inClass = false;
    for (let end = start; end < this.input.length; end++) {
      const character = this.input.charAt(end);
      if (/[\n\r\u2028\u2029]/.test(character)) break;
      if (character === "\\") end++;
      else if (character === "[") inClass = true;
      else if (character === "]") inClass = false;
      else if (character === "/" && !inClass) {
        const pattern = this.input.slice(start, end);
        this.pos = end + 1;
        return this.finishToken(tokTypes.regexp, { pattern, flags: this.readWord1(), value: null });
      }
    }
    this.raise(start, "Unterminated regular expression");
  }

  /** acorn would compare the name with all others of its scope. */
  override declareName(): void {}

  override parseStatement(...context: ReadonlyArray<unknown>): Node {
    return this.#nested(() => super.parseStatement(...context));
  }

  override parseMaybeAssign(...context: ReadonlyArray<unknown>): Node {
    return this.#nested(() => super.parseMaybeAssign(...context));
  }

  #nested(parse: () => Node): Node {
    this.#nesting++;
    if (this.#nesting > maxNesting) throw nestedTooDeeply();
    const node = parse();
    this.#nesting--;
    return node;
  }
}

const nestedTooDeeply = () =>
  new CodeLimitError(
    "CodeTooComplex",
    `The code has more than ${maxNesting} statements or expressions inside of each other. Nest it less deeply.`,
  );

/** Why code is not JavaScript, and where. */
export interface ParseProblem {
  readonly offset: number;
  readonly problem: string;
}

/** Reads a script. Throws a {@link CodeLimitError} if it is nested too deeply, and a `RangeError` if that overflows the stack. */
export const parseScript = (code: string): Program | ParseProblem => {
  try {
    return CodeParser.parse(code, {
      ecmaVersion: "latest",
      sourceType: "script",
      checkPrivateFields: false,
      preserveParens: true,
    });
  } catch (error) {
    if (!(error instanceof SyntaxError) || !("pos" in error)) throw error;
    const problem = error.message.slice(0, error.message.lastIndexOf(" ("));
    if (problem.startsWith("Not enough stack space")) throw new RangeError(problem);
    return { offset: Number(error.pos), problem };
  }
};
