import { contentTypeOf, escapingSchemes } from "./content-types.ts";
import type { EscapingScheme, FormatName } from "./content-types.ts";
import { negotiateEncoding } from "./negotiate-encoding.ts";
import type { ContentCoding } from "./negotiate-encoding.ts";
import { parseHeader } from "./negotiate-header.ts";
import type { HeaderEntry } from "./negotiate-header.ts";

/** What a scrape is answered with. */
export interface Negotiated {
  readonly format: FormatName;
  readonly escaping: EscapingScheme;
  readonly encoding: ContentCoding;
  /** The value of `Content-Type`. */
  readonly contentType: string;
}

/**
 * Chooses the format and the encoding that a client likes best, by its `Accept` and `Accept-Encoding`; `undefined` where it
 * takes nothing that there is. Without an `Accept` that can be read the format is text 0.0.4, which every client knows.
 *
 * A format has the weight of the entry that names it most exactly (RFC 9110, section 12.5.1). Of formats of one weight, one
 * that is named wins over one that a wildcard covers, then the one that is named first, as with Prometheus's own client
 * libraries; below a wildcard, the one that most clients know.
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

interface Offer {
  readonly format: FormatName;
  readonly type: string;
  readonly subtype: string;
  /** What a client may say of the format; whatever else it says is ignored. */
  readonly parameters: ReadonlyMap<string, string>;
}

const offer = (
  format: FormatName,
  mediaType: string,
  parameters: Record<string, string>,
): Offer => {
  const [type = "", subtype = ""] = mediaType.split("/");
  return { format, type, subtype, parameters: new Map(Object.entries(parameters)) };
};

/** Those that more clients know first. */
const offers: ReadonlyArray<Offer> = [
  offer("text/0.0.4", "text/plain", { version: "0.0.4", charset: "utf-8" }),
  offer("openmetrics/1.0.0", "application/openmetrics-text", {
    version: "1.0.0",
    charset: "utf-8",
  }),
  offer("text/1.0.0", "text/plain", { version: "1.0.0", charset: "utf-8" }),
  offer("openmetrics/0.0.1", "application/openmetrics-text", {
    version: "0.0.1",
    charset: "utf-8",
  }),
  offer("protobuf", "application/vnd.google.protobuf", {
    proto: "io.prometheus.client.MetricFamily",
    encoding: "delimited",
  }),
];

interface Match {
  readonly format: FormatName;
  readonly escaping: EscapingScheme | undefined;
  readonly q: number;
  readonly specificity: number;
  /** Among the entries of the header. */
  readonly position: number;
}

const negotiateFormat = (accept: string): Pick<Match, "format" | "escaping"> | undefined => {
  const entries = parseHeader(accept).filter(({ value }) =>
    /^[^\s/"]+\/[^\s/"]+$|^\*$/.test(value),
  );
  if (entries.length === 0) return { format: "text/0.0.4", escaping: undefined };
  return offers
    .flatMap((offered) => findBest(offered, entries) ?? [])
    .filter(({ q }) => q > 0)
    .toSorted((a, b) => b.q - a.q || byExactness(a, b))[0];
};

/** The entry that speaks for an offer: the most exact one, of several the one with the highest weight. */
const findBest = (offered: Offer, entries: ReadonlyArray<HeaderEntry>): Match | undefined =>
  entries
    .flatMap((entry, position): ReadonlyArray<Match> => {
      const specificity = match(offered, entry);
      if (specificity === undefined) return [];
      const escaping = toEscapingScheme(entry.parameters.get("escaping"));
      return [{ format: offered.format, escaping, q: entry.q, specificity, position }];
    })
    .toSorted((a, b) => b.specificity - a.specificity || b.q - a.q || a.position - b.position)[0];

/** A media type before a wildcard, whatever parameters it has. */
const byExactness = (a: Match, b: Match): number =>
  Math.min(b.specificity, mediaTypeSpecificity) - Math.min(a.specificity, mediaTypeSpecificity) ||
  a.position - b.position;

const mediaTypeSpecificity = 2;

/** How exactly an entry names an offer; `undefined` where it names something else. */
const match = (offered: Offer, { value, parameters }: HeaderEntry): number | undefined => {
  if (value === "*" || value === "*/*") return 0;
  if (value === `${offered.type}/*`) return 1;
  if (value !== `${offered.type}/${offered.subtype}`) return undefined;
  let specificity = mediaTypeSpecificity;
  for (const [name, expected] of offered.parameters) {
    const asked = parameters.get(name) ?? "";
    if (asked === "") continue;
    if (asked.toLowerCase() !== expected.toLowerCase()) return undefined;
    specificity += 1;
  }
  return specificity;
};

/** A scheme that nobody knows is ignored, as Prometheus's client libraries do. */
const toEscapingScheme = (name: string | undefined): EscapingScheme | undefined =>
  escapingSchemes.find((scheme) => scheme === name?.toLowerCase());
