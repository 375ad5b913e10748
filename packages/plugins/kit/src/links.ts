/** A link of a `Link` header (RFC 8288). */
export interface Link {
  /** As written, perhaps relative. */
  readonly target: string;
  /** Relation types in lower case. */
  readonly relations: ReadonlyArray<string>;
}

/**
 * The links of a `Link` header, read as RFC 8288, appendix B.2 and B.3 say: parameters may be quoted, and quoted ones may hold
 * commas and semicolons. Links of another context than the reply (`anchor`) and those without a relation are left out, and so is
 * everything behind what is not a link.
 *
 * ```ts
 * import { parseLinks } from "@executor/plugin-kit";
 *
 * parseLinks('</things?page=2>; rel="next last"'); // => [{ target: "/things?page=2", relations: ["next", "last"] }]
 * ```
 */
export const parseLinks = (header: string): ReadonlyArray<Link> => {
  const links: Array<Link> = [];
  const reader = new HeaderReader(header);
  for (;;) {
    reader.skip(/[\s,]*/y);
    const target = reader.take(/<([^>]*)>/y);
    if (target === undefined) return links;
    const parameters = readParameters(reader);
    const relations = (parameters.get("rel") ?? "").toLowerCase().split(/\s+/);
    const named = relations.filter((relation) => relation !== "");
    if (named.length > 0 && !parameters.has("anchor")) {
      links.push({ target: target.trim(), relations: named });
    }
  }
};

/** Of parameters with the same name the first one counts. */
const readParameters = (reader: HeaderReader): ReadonlyMap<string, string> => {
  const parameters = new Map<string, string>();
  for (;;) {
    reader.skip(/\s*/y);
    if (reader.take(/(;)/y) === undefined) return parameters;
    reader.skip(/\s*/y);
    const name = (reader.take(/([^\s=;,]*)/y) ?? "").toLowerCase();
    reader.skip(/\s*/y);
    const hasValue = reader.take(/(=)/y) !== undefined;
    if (hasValue) reader.skip(/\s*/y);
    const value = hasValue ? readValue(reader) : "";
    if (name !== "" && !parameters.has(name)) parameters.set(name, value);
  }
};

const readValue = (reader: HeaderReader): string => {
  const quoted = reader.take(/"((?:[^"\\]|\\.)*)"?/sy);
  return quoted === undefined
    ? (reader.take(/([^;,]*)/y) ?? "").trim()
    : quoted.replaceAll(/\\(.)/gs, "$1");
};

/** Reads a header from its start to its end with sticky patterns, none of which can take a text in two ways. */
class HeaderReader {
  #at = 0;

  constructor(readonly text: string) {}

  skip(pattern: RegExp): void {
    this.#match(pattern);
  }

  /** The first group of the pattern, where it matches here. */
  take(pattern: RegExp): string | undefined {
    return this.#match(pattern)?.[1];
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text);
    if (found !== null) this.#at = pattern.lastIndex;
    return found;
  }
}
