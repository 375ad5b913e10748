import type { ArrowFunctionExpression, Expression, Statement } from "acorn";
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
 * The changes that make statements give a value, in order, if none of them returns one: that of the only statement, or of the last
 * if no semicolon ends it. A last function `main` or `run` that nothing else names is called.
 */
export const returnedValue = (
  code: string,
  statements: ReadonlyArray<Statement>,
  end: number,
): ReadonlyArray<Insertion> => {
  const last = statements.at(-1);
  if (last === undefined || statements.some(returns)) return [];
  if (last.type === "FunctionDeclaration") {
    const { name } = last.id;
    const isEntry = (name === "main" || name === "run") && mentions(code, name) === 1;
    return isEntry ? [{ offset: end, text: `\nreturn ${name}()\n` }] : [];
  }
  if (last.type !== "ExpressionStatement" || last.directive !== undefined) return [];
  const hasSemicolon = code.charAt(last.end - 1) === ";";
  if (hasSemicolon && statements.length > 1) return [];
  // Before the comments that precede the statement, so that its columns stay if it starts its line.
  const offset = statements.at(-2)?.end ?? last.start;
  const call = isFunction(last.expression) ? "()" : "";
  return [
    { offset, text: ";return (" },
    { offset: last.end - Number(hasSemicolon), text: `\n)${call}` },
  ];
};

/** How often code has the word, members of objects and parts of longer names left out. */
const mentions = (code: string, word: string): number =>
  code.match(new RegExp(`(?<![\\w$.])${word}(?![\\w$])`, "g"))?.length ?? 0;

/** Whether a statement returns from the function that it is in. Expressions are not looked into: they return nothing. */
const returns = (part: unknown): boolean => {
  if (Array.isArray(part)) return part.some(returns);
  if (typeof part !== "object" || part === null || !("type" in part)) return false;
  if (part.type === "ReturnStatement") return true;
  return statementParts.test(String(part.type)) && Object.values(part).some(returns);
};

const statementParts = /Statement$|^SwitchCase$|^CatchClause$/;
