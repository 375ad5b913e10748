import type { ArrowFunctionExpression, Expression, Statement, VariableDeclarator } from "acorn";
import { type ParseProblem, parseScript } from "./code-parser.ts";

/** Text to add to code at an offset. */
export interface Insertion {
  readonly offset: number;
  readonly text: string;
}

/** The arrow function that is all of the code; or why there is none, as where code ends the function that is around it. */
export const readArrow = (code: string): ArrowFunctionExpression | ParseProblem => {
  const program = parseScript(code);
  if (!("body" in program)) return program;
  const [first, second] = program.body;
  if (
    first?.type === "ExpressionStatement" &&
    first.expression.type === "ArrowFunctionExpression"
  ) {
    if (second === undefined) return first.expression;
    return { offset: first.expression.end - 1, problem: "Unexpected token" };
  }
  return { offset: 0, problem: "Unexpected token" };
};

/** Whether an expression is an arrow function or a function expression, which is meant to be called. */
export const isFunction = (expression: Expression): boolean =>
  expression.type === "ParenthesizedExpression"
    ? isFunction(expression.expression)
    : expression.type === "ArrowFunctionExpression" || expression.type === "FunctionExpression";

/**
 * The changes that make statements give a value, in order: that of the last statement, functions declared after it left out. Of a
 * block, a condition or a `try` it is the value of the branch that runs. Where a function `main` or `run` stands last that nothing
 * else names, it is called.
 */
export const returnedValue = (
  code: string,
  statements: ReadonlyArray<Statement>,
  end: number,
): ReadonlyArray<Insertion> => {
  const entry = declaredEntry(statements.at(-1));
  if (entry !== undefined && mentions(code, entry) === 1) {
    return [{ offset: end, text: `\nreturn ${entry}()\n` }];
  }
  return valueOfLast(code, statements);
};

const valueOfLast = (
  code: string,
  statements: ReadonlyArray<Statement>,
): ReadonlyArray<Insertion> => {
  const at = statements.findLastIndex(({ type }) => !passedOver.has(type));
  const last = statements[at];
  if (last === undefined) return [];
  // Before the comments that precede the statement, so that its columns stay if it starts its line.
  const before = statements[at - 1]?.end;
  return before === undefined
    ? valueOf(code, last)
    : valueOf(code, last, { offset: before, text: ";return (" });
};

const passedOver: ReadonlySet<string> = new Set(["FunctionDeclaration", "EmptyStatement"]);

const valueOf = (
  code: string,
  statement: Statement,
  opening: Insertion = { offset: statement.start, text: "return (" },
): ReadonlyArray<Insertion> => {
  switch (statement.type) {
    case "ExpressionStatement": {
      if (statement.directive !== undefined) return [];
      const hasSemicolon = code.charAt(statement.end - 1) === ";";
      const call = isFunction(statement.expression) ? "()" : "";
      return [
        opening,
        {
          offset: statement.end - Number(hasSemicolon),
          text: `)${call}${hasSemicolon ? "" : ";"}`,
        },
      ];
    }
    case "BlockStatement":
      return valueOfLast(code, statement.body);
    case "IfStatement":
      return [statement.consequent, statement.alternate].flatMap((branch) =>
        branch === undefined || branch === null ? [] : valueOf(code, branch),
      );
    case "TryStatement":
      return [statement.block, statement.handler?.body].flatMap((branch) =>
        branch === undefined ? [] : valueOf(code, branch),
      );
    default:
      return [];
  }
};

/** The name of a last function that is there to be called: `function main() {}`, or `const main = () => {}`. */
const declaredEntry = (last: Statement | undefined): string | undefined => {
  const name =
    last?.type === "FunctionDeclaration"
      ? last.id.name
      : last?.type === "VariableDeclaration"
        ? declaredFunction(last.declarations.at(-1))
        : undefined;
  return name === "main" || name === "run" ? name : undefined;
};

const declaredFunction = (declared: VariableDeclarator | undefined): string | undefined =>
  declared?.id.type === "Identifier" && isPresent(declared.init) && isFunction(declared.init)
    ? declared.id.name
    : undefined;

const isPresent = <A>(value: A | null | undefined): value is A =>
  value !== null && value !== undefined;

/** How often code has the word, members of objects and parts of longer names left out. */
const mentions = (code: string, word: string): number =>
  code.match(new RegExp(`(?<![\\w$.])${word}(?![\\w$])`, "g"))?.length ?? 0;
