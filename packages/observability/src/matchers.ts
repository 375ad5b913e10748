/** A label, an operator and a value in double quotes with Go's escapes, as PromQL has them. */
const matcher =
  /\s*[A-Za-z_]\w*\s*(=~|!~|!=|=)\s*"((?:[^"\\\n]|\\(?:[abfnrtv\\"]|[0-7]{3}|x[\dA-Fa-f]{2}|u[\dA-Fa-f]{4}|U[\dA-Fa-f]{8}))*)"\s*/y;

/** Whether the text is PromQL's matchers without braces, such as `job="a",instance=~"b.*"`, or empty. */
export const areMatchers = (text: string): boolean => {
  if (text.trim() === "") return true;
  let from = 0;
  for (;;) {
    matcher.lastIndex = from;
    const [whole, operator, value = ""] = matcher.exec(text) ?? [];
    if (whole === undefined) return false;
    if (operator?.includes("~") === true && !isExpression(unescaped(value))) return false;
    from += whole.length;
    if (from === text.length) return true;
    if (text[from] !== ",") return false;
    from += 1;
  }
};

const unescaped = (value: string): string => value.replaceAll(/\\([\\"])/g, "$1");

/** Syntax of JavaScript's that RE2, PromQL's engine, has not: lookaround and references. */
const notInRe2 = /\(\?<?[=!]|\\[1-9]|\\k</;

/** Syntax of RE2's that JavaScript has not: flags and the P of named groups. */
const inJavaScript = (expression: string): string =>
  expression
    .replaceAll(/\(\?[imsU-]+\)/g, "")
    .replaceAll(/\(\?[imsU-]+:/g, "(?:")
    .replaceAll("(?P<", "(?<");

const isExpression = (expression: string): boolean => {
  if (notInRe2.test(expression)) return false;
  try {
    return new RegExp(inJavaScript(expression)) instanceof RegExp;
  } catch {
    return false;
  }
};
