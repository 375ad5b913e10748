/** Parameters that one statement of a Durable Object may have. */
const maxParameters = 100;

export interface BoundQuery {
  readonly query: string;
  readonly bindings: ReadonlyArray<unknown>;
}

/**
 * Rewrites a statement to the number of parameters that a Durable Object takes. A statement with more takes one JSON array, from
 * which each `?` reads its value; so the values must be of JSON's types.
 */
export const fewParameters = (query: string, bindings: ReadonlyArray<unknown>): BoundQuery => {
  if (bindings.length <= maxParameters) return { query, bindings };
  let next = 0;
  const numbered = query.replaceAll(token, (text) =>
    text === "?" ? `json_extract(?1, '$[${next++}]')` : text,
  );
  return { query: numbered, bindings: [JSON.stringify(bindings)] };
};

/** A placeholder, or text that may contain another question mark: a string, a quoted name or a comment. */
const token = /\?|'(?:[^']|'')*'|"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\//g;
