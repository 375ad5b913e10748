/** One entry of a header such as `Accept`: `text/plain; version="0.0.4"; q=0.5`. */
export interface AcceptEntry {
  /** The text before the parameters, in lower case. */
  readonly value: string;
  /** Names in lower case, values as sent, without quotes; `q` is not among them. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The weight, from 0 (not acceptable) to 1; 1 where it is missing or unreadable. */
  readonly q: number;
}

/**
 * The entries of a header by RFC 9110, sections 12.4.2 and 5.6: separated by commas, each with parameters whose values may be
 * quoted. Empty entries are left out.
 */
export const parseAcceptHeader = (header: string): ReadonlyArray<AcceptEntry> =>
  splitUnquoted(header, ",").flatMap((entry) => {
    const [value = "", ...rest] = splitUnquoted(entry, ";").map((part) => part.trim());
    if (value === "") return [];
    const parameters = new Map(rest.map(parseParameter));
    const q = parseWeight(parameters.get("q"));
    parameters.delete("q");
    return [{ value: value.toLowerCase(), parameters, q }];
  });

const parseParameter = (parameter: string): readonly [name: string, value: string] => {
  const equals = parameter.indexOf("=");
  if (equals === -1) return [parameter.toLowerCase(), ""];
  const value = parameter.slice(equals + 1).trim();
  return [parameter.slice(0, equals).trim().toLowerCase(), unquote(value)];
};

const unquote = (value: string): string =>
  value.startsWith('"') && value.endsWith('"') && value.length > 1
    ? value.slice(1, -1).replace(/\\(.)/g, "$1")
    : value;

const parseWeight = (text: string | undefined): number =>
  text !== undefined && /^(?:\d+\.?\d*|\.\d+)$/.test(text) ? Math.min(Number(text), 1) : 1;

/** Splits at separators outside quotes; within quotes, a backslash makes the next character an ordinary one. */
const splitUnquoted = (text: string, separator: "," | ";"): ReadonlyArray<string> => {
  const parts: Array<string> = [];
  let start = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (character === '"') quoted = !quoted;
    else if (quoted && character === "\\") index++;
    else if (!quoted && character === separator) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
};
