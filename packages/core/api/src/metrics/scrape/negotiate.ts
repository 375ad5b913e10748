import type { ExpositionFormat } from "../format.ts";
import { formats } from "../formats.ts";
import { prometheusText } from "../prometheus.ts";

export type ContentCoding = "gzip" | "identity";

/** The answer that a client prefers. */
export interface Negotiated {
  readonly format: ExpositionFormat;
  readonly escaping: EscapingScheme;
  readonly encoding: ContentCoding;
  /** The value of `Content-Type`. */
  readonly contentType: string;
}

/**
 * Chooses the format and the encoding that a client prefers, by its `Accept` and `Accept-Encoding`; `undefined` where it
 * accepts none of the formats, or neither encoding. Without a readable `Accept` the format is text 0.0.4, which every client
 * knows.
 *
 * A format has the weight of the entry that names it most exactly (RFC 9110, section 12.5.1). Of formats of one weight, one
 * that is named wins over one that a wildcard covers, then the one that is named first, as with Prometheus's own client
 * libraries; below a wildcard, the first in {@link formats}.
 */
export const negotiate = (
  accept: string | undefined,
  acceptEncoding: string | undefined,
): Negotiated | undefined => {
  const chosen = negotiateFormat(accept ?? "");
  const encoding = negotiateEncoding(acceptEncoding);
  if (chosen === undefined || encoding === undefined) return undefined;
  const { format, escaping } = chosen;
  return {
    format,
    escaping: escaping ?? "underscores",
    encoding,
    contentType: contentTypeOf(format, escaping),
  };
};

interface Match {
  readonly format: ExpositionFormat;
  /** The scheme that the client asked for. */
  readonly escaping: EscapingScheme | undefined;
  readonly q: number;
  readonly specificity: number;
  /** The entry's index in the header. */
  readonly position: number;
}

const negotiateFormat = (accept: string): Pick<Match, "format" | "escaping"> | undefined => {
  const entries = parseAcceptHeader(accept).filter(({ value }) =>
    /^[^\s/"]+\/[^\s/"]+$|^\*$/.test(value),
  );
  if (entries.length === 0) return { format: prometheusText, escaping: undefined };
  return formats
    .flatMap((format) => findBest(format, entries) ?? [])
    .filter(({ q }) => q > 0)
    .toSorted((a, b) => b.q - a.q || byExactness(a, b))[0];
};

/** The entry that decides on a format: the most exact one, of several the one with the highest weight. */
const findBest = (
  format: ExpositionFormat,
  entries: ReadonlyArray<AcceptEntry>,
): Match | undefined =>
  entries
    .flatMap((entry, position): ReadonlyArray<Match> => {
      const specificity = match(format, entry);
      if (specificity === undefined) return [];
      const escaping = toEscapingScheme(entry.parameters.get("escaping"));
      return [{ format, escaping, q: entry.q, specificity, position }];
    })
    .toSorted((a, b) => b.specificity - a.specificity || b.q - a.q || a.position - b.position)[0];

/** A media type before a wildcard, whatever its parameters. */
const byExactness = (a: Match, b: Match): number =>
  Math.min(b.specificity, mediaTypeSpecificity) - Math.min(a.specificity, mediaTypeSpecificity) ||
  a.position - b.position;

const mediaTypeSpecificity = 2;

/** How exactly an entry names a format; `undefined` where it names something else. */
const match = (
  { mediaType, parameters }: ExpositionFormat,
  { value, parameters: asked }: AcceptEntry,
): number | undefined => {
  if (value === "*" || value === "*/*") return 0;
  if (value.endsWith("/*") && mediaType.startsWith(value.slice(0, -1))) return 1;
  if (value !== mediaType) return undefined;
  let specificity = mediaTypeSpecificity;
  for (const [name, expected] of Object.entries(parameters)) {
    const given = asked.get(name) ?? "";
    if (given === "") continue;
    if (given.toLowerCase() !== expected.toLowerCase()) return undefined;
    specificity += 1;
  }
  return specificity;
};

/** An unknown scheme is ignored, as Prometheus's client libraries do. */
const toEscapingScheme = (name: string | undefined): EscapingScheme | undefined =>
  escapingSchemes.find((scheme) => scheme === name?.toLowerCase());

/**
 * The encoding of a body for a client, by RFC 9110, section 12.5.3; `undefined` where it accepts neither. Of two with the same
 * weight, gzip. Without a header, or where it names no known encoding, the body is not compressed unless that is excluded.
 */
const negotiateEncoding = (acceptEncoding: string | undefined): ContentCoding | undefined => {
  if (acceptEncoding === undefined) return "identity";
  const weights = new Map(
    parseAcceptHeader(acceptEncoding).map(({ value, q }) => [
      value === "x-gzip" ? "gzip" : value,
      q,
    ]),
  );
  const gzip = weights.get("gzip") ?? weights.get("*") ?? 0;
  const identity = weights.get("identity") ?? weights.get("*");
  if (gzip > 0 && gzip >= (identity ?? 0)) return "gzip";
  return identity === 0 ? undefined : "identity";
};

/** One entry of a header such as `Accept`: `text/plain; version="0.0.4"; q=0.5`. */
interface AcceptEntry {
  /** The text before the parameters, in lower case. */
  readonly value: string;
  /** Names in lower case, values as sent, without quotes; `q` is not among them. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The weight, from 0 (not acceptable) to 1; 1 where it is missing or unreadable. */
  readonly q: number;
}

/** The entries of a header (RFC 9110, 12.4.2 and 5.6), between commas; parameters may be quoted, and empty entries are left out. */
const parseAcceptHeader = (header: string): ReadonlyArray<AcceptEntry> =>
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

/**
 * Prometheus's "Escaping Schemes", the values of the parameter `escaping`: how names beyond the classic alphabet are written.
 * All names here are within it, and each scheme leaves those as they are.
 */
export const escapingSchemes = ["allow-utf-8", "underscores", "dots", "values"] as const;

export type EscapingScheme = (typeof escapingSchemes)[number];

/** The value of `Content-Type`, to a client that asked for this escaping scheme where it is not `undefined`. */
export const contentTypeOf = (format: ExpositionFormat, escaping?: EscapingScheme): string => {
  const { mediaType, parameters, namesEscaping } = format;
  const named =
    namesEscaping === "never" || (namesEscaping === "asked" && escaping === undefined)
      ? {}
      : { escaping: escaping ?? "underscores" };
  return [
    mediaType,
    ...Object.entries({ ...parameters, ...named }).map(([name, value]) => `${name}=${value}`),
  ].join("; ");
};
