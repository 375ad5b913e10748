/** How many parameters one statement of a Durable Object may have. */
const maxParameters = 100;

export interface BoundQuery {
  readonly query: string;
  readonly bindings: ReadonlyArray<unknown>;
}

/**
 * The same statement with no more parameters than a Durable Object takes. Where there are more, all come as one JSON array,
 * and each `?` reads its own out of it; so they must be what JSON holds.
 */
export const fewParameters = (query: string, bindings: ReadonlyArray<unknown>): BoundQuery => {
  if (bindings.length <= maxParameters) return { query, bindings };
  let next = 0;
  const numbered = query.replaceAll(token, (text) =>
    text === "?" ? `json_extract(?1, '$[${next++}]')` : text,
  );
  return { query: numbered, bindings: [JSON.stringify(bindings)] };
};

/** A placeholder, or what may hold a question mark that is none: a string, a quoted name or a comment. */
const token = /\?|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\//g;
