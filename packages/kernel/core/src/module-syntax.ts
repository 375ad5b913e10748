import { syntaxErrorAt } from "./code-error.ts";

export interface ScriptCode {
  readonly code: string;
  /** Statements that return the default export; empty if there is none. */
  readonly tail: string;
}

/** As long as `export default`, so that columns do not change. */
const defaultBinding = "var $default =";

/**
 * Turns the import or export at `offset` into script code of the same length, with its line breaks. Throws a
 * `CodeSyntaxError` if it needs another module, because a sandbox has none.
 */
export const withoutModuleSyntax = (source: string, offset: number): ScriptCode => {
  const keyword = wordAt(source, offset);
  const next = wordAt(source, keyword.end);
  const replaced = (end: number, by = "", tail = ""): ScriptCode => {
    const kept = source.slice(offset, end).replace(/[^\n]/g, " ");
    return { code: source.slice(0, offset) + by + kept.slice(by.length) + source.slice(end), tail };
  };
  if (keyword.text === "import") {
    const from = wordAt(source, next.end);
    if (next.text === "type" && from.text !== "from" && from.text !== ",") {
      return replaced(specifierEnd(source, next.end));
    }
    throw syntaxErrorAt(
      source,
      offset,
      "Imports are not available here; call tools.<namespace>.<path>(input) instead",
    );
  }
  if (next.text === "default") {
    const name = declaredFunction(source, next.end);
    if (name !== undefined) return replaced(next.end, "", `return ${name}()`);
    const call = 'return typeof $default === "function" ? $default() : $default';
    return replaced(next.end, defaultBinding, call);
  }
  const isType = next.text === "type";
  const list = isType ? wordAt(source, next.end) : next;
  if (list.text !== "{" && list.text !== "*") return replaced(keyword.end);
  const closing = list.text === "*" ? list.end : source.indexOf("}", list.end) + 1 || source.length;
  const isFromOther = list.text === "*" || wordAt(source, closing).text === "from";
  if (!isFromOther) return replaced(closing);
  if (isType) return replaced(specifierEnd(source, closing));
  throw syntaxErrorAt(source, offset, "Exports from other modules are not available here");
};

interface Word {
  readonly text: string;
  readonly end: number;
}

/** The identifier, or the character, at `offset` or after the white space there. */
const wordAt = (source: string, offset: number): Word => {
  let start = offset;
  while (start < source.length && /\s/.test(source.charAt(start))) start++;
  let end = start;
  while (end < source.length && /[\p{ID_Continue}$]/u.test(source.charAt(end))) end++;
  end = Math.max(end, start + 1);
  return { text: source.slice(start, end), end };
};

/** The end of a statement that names a module: after its specifier and semicolon, or at the end of its line. */
const specifierEnd = (source: string, offset: number): number => {
  let at = offset;
  while (at < source.length && !/["';=]/.test(source.charAt(at))) at++;
  if (source.charAt(at) === "=") at = source.indexOf("\n", at) - 1;
  const quote = source.charAt(at);
  if (quote === '"' || quote === "'") at = source.indexOf(quote, at + 1);
  if (at < offset) return source.length;
  const next = wordAt(source, at + 1);
  return next.text === ";" ? next.end : at + 1;
};

/** The name in `[async] function [*] name`. */
const declaredFunction = (source: string, offset: number): string | undefined => {
  let word = wordAt(source, offset);
  if (word.text === "async") word = wordAt(source, word.end);
  if (word.text !== "function") return undefined;
  word = wordAt(source, word.end);
  if (word.text === "*") word = wordAt(source, word.end);
  return word.text === "(" ? undefined : word.text;
};
