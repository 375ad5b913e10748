import { syntaxErrorAt } from "./code-syntax-error.ts";
import { closingIndex, type CodeToken } from "./tokens.ts";

export interface ScriptCode {
  readonly code: string;
  /** Statements that return what the code exported by default; empty where it exported nothing. */
  readonly tail: string;
}

/** As long as `export default`, so that columns stay. */
const defaultBinding = "var $default =";

/**
 * Turns a module's exports into plain declarations of the same length. Throws a `CodeSyntaxError` at an import: there is
 * nothing to import from.
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

/** A property or a label may be called `export` too. */
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
