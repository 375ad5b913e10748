/** A request on the wire. */
export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/**
 * One thing that a request says: its method, a segment of its path, a pair of its query, a header, its whole JSON, a form's
 * field or a part. Two requests are equal where they say the same things.
 */
export interface Fact {
  readonly kind: "method" | "segment" | "query" | "header" | "json" | "field" | "part" | "bytes";
  readonly name: string;
  readonly value: string;
  /** Of a part: its media type and its file's name. */
  readonly type?: string;
  readonly filename?: string;
}

/** What a request says. `headers`: the names of those that count besides `content-type` and `cookie`. */
export const factsOf = (
  request: WireRequest,
  headers: ReadonlySet<string>,
): ReadonlyArray<Fact> => {
  const url = new URL(request.url);
  const type = (request.headers.get("content-type") ?? "").split(";", 1)[0]?.trim() ?? "";
  return [
    { kind: "method", name: "", value: request.method },
    ...url.pathname
      .split("/")
      .map((segment, at): Fact => ({ kind: "segment", name: String(at), value: decode(segment) })),
    ...pairs(url.search.slice(1)).map((pair): Fact => ({ kind: "query", ...pair })),
    ...[...headers, "cookie"].flatMap((name): ReadonlyArray<Fact> => {
      const value = request.headers.get(name);
      return value === null ? [] : [{ kind: "header", name, value }];
    }),
    ...(request.body.byteLength === 0
      ? []
      : [{ kind: "header", name: "content-type", value: type } as const]),
    ...bodyFacts(request, type),
  ];
};

const bodyFacts = ({ body, headers }: WireRequest, type: string): ReadonlyArray<Fact> => {
  if (body.byteLength === 0) return [];
  const text = new TextDecoder().decode(body);
  if (type.endsWith("json")) return [{ kind: "json", name: "", value: canonical(text) }];
  if (type === "application/x-www-form-urlencoded") {
    return pairs(text).map((pair) => ({ kind: "field", ...pair }));
  }
  const boundary = /boundary="?([^";]+)/.exec(headers.get("content-type") ?? "")?.[1];
  return boundary === undefined
    ? [{ kind: "bytes", name: "", value: text }]
    : text
        .split(`--${boundary}`)
        .slice(1, -1)
        .map((part) => partFact(part.slice(2, -2)));
};

const partFact = (part: string): Fact => {
  const split = part.indexOf("\r\n\r\n");
  const head = part.slice(0, split);
  const header = (pattern: RegExp): string => pattern.exec(head)?.[1] ?? "";
  return {
    kind: "part",
    name: header(/\bname="([^"]*)"/i),
    value: part.slice(split + 4),
    type: header(/^content-type: *([^\r\n;]*)/im),
    filename: header(/filename="([^"]*)"/i),
  };
};

const pairs = (query: string): ReadonlyArray<{ readonly name: string; readonly value: string }> =>
  query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const at = pair.includes("=") ? pair.indexOf("=") : pair.length;
      return { name: decode(pair.slice(0, at)), value: decode(pair.slice(at + 1)) };
    });

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
};

/** JSON text with its keys in order. */
const canonical = (text: string): string => {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, item]) => [key, sorted(item)]),
    );
  };
  try {
    return JSON.stringify(sorted(JSON.parse(text)));
  } catch {
    return text;
  }
};

export interface Difference {
  readonly side: "ours" | "theirs";
  readonly fact: Fact;
}

const textOf = ({ filename = "", kind, name, type = "", value }: Fact): string =>
  JSON.stringify([kind, name, value, type, filename]);

/** What only one of two requests says. */
export const differencesOf = (
  ours: ReadonlyArray<Fact>,
  theirs: ReadonlyArray<Fact>,
): ReadonlyArray<Difference> => {
  const left = theirs.map((fact) => ({ fact, text: textOf(fact) }));
  const only = ours.filter((fact) => {
    const text = textOf(fact);
    const found = left.findIndex((other) => other.text === text);
    if (found >= 0) left.splice(found, 1);
    return found < 0;
  });
  return [
    ...only.map((fact) => ({ side: "ours", fact }) as const),
    ...left.map(({ fact }) => ({ side: "theirs", fact }) as const),
  ];
};
