import type { Labels } from "../families/family.ts";

/** What Prometheus's text format and OpenMetrics write in the same way. */

/** Labels without braces; `""` for none. */
export const formatLabels = (labels: Labels): string => {
  let text = "";
  for (const [name, value] of labels) {
    text += `${text === "" ? "" : ","}${name}="${escapeQuoted(value)}"`;
  }
  return text;
};

export const braced = (labels: string): string => (labels === "" ? "" : `{${labels}}`);

/** Escapes a label's value; OpenMetrics writes help texts in the same way. */
export const escapeQuoted = (text: string): string =>
  /[\\"\n]/.test(text) ? text.replace(/[\\"\n]/g, escapeRune) : text;

/** Escapes a help text of Prometheus's text format, where a quote stands as it is. */
export const escapeHelp = (help: string): string =>
  /[\\\n]/.test(help) ? help.replace(/[\\\n]/g, escapeRune) : help;

const escapes = new Map([
  ["\\", "\\\\"],
  ['"', '\\"'],
  ["\n", "\\n"],
]);

const escapeRune = (rune: string): string => escapes.get(rune) ?? rune;
