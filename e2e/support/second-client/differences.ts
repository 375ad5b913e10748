import type { Difference, Fact } from "./facts.ts";

/** Everything that a rule may need to explain a difference. */
export interface Compared {
  readonly differences: ReadonlyArray<Difference>;
  /** The path's template. */
  readonly path: string;
  /** The input's body, as the tool was given it. */
  readonly body: unknown;
  readonly contentType: string | undefined;
  /** Fields of the body's form with an encoding of their own. */
  readonly encoded: ReadonlySet<string>;
  /** Values by place and name, such as `query.page`. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

export interface Rule {
  readonly name: string;
  readonly explains: (difference: Difference, compared: Compared) => boolean;
}

const facts = ({ differences }: Compared, side: Difference["side"]): ReadonlyArray<Fact> =>
  differences.filter((difference) => difference.side === side).map(({ fact }) => fact);

const bodyField = ({ body }: Compared, name: string): unknown =>
  typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;

const asText = (value: unknown): string =>
  typeof value === "string" ? value : JSON.stringify(value);

/** The explained differences: what the second client does otherwise, and why this one does it so. */
export const rules: ReadonlyArray<Rule> = [
  {
    // OpenAPI 3.0.3, "Encoding Object": the default of a form's field is the style `form` with `explode`.
    name: "a list without an encoding is joined by commas",
    explains: ({ fact }, compared) =>
      (fact.kind === "field" || fact.kind === "part") &&
      !compared.encoded.has(fact.name) &&
      Array.isArray(bodyField(compared, fact.name)),
  },
  {
    // RFC 7578, 4.4: a part that is no plain text says its type. The second client appends JSON as text.
    name: "a part of JSON has no type",
    explains: ({ fact }, compared) =>
      fact.kind === "part" &&
      typeof bodyField(compared, fact.name) === "object" &&
      ["ours", "theirs"].every((side) =>
        facts(compared, side === "ours" ? "ours" : "theirs").some(
          (other) =>
            other.kind === "part" && other.name === fact.name && sameJson(other.value, fact.value),
        ),
      ),
  },
  {
    name: "a part with an encoding's type is a file called blob",
    explains: ({ fact }, compared) =>
      fact.kind === "part" &&
      compared.encoded.has(fact.name) &&
      facts(compared, "theirs").some(
        (other) => other.name === fact.name && other.filename === "blob",
      ),
  },
  {
    // A form has texts only. This one leaves null out, as it does in queries.
    name: "null of a form is the text null",
    explains: ({ fact, side }, compared) =>
      side === "theirs" &&
      (fact.kind === "field" || fact.kind === "part") &&
      fact.value === "null" &&
      bodyField(compared, fact.name) === null,
  },
  {
    name: "an empty text or zero of a form or query is left out",
    explains: ({ fact, side }) =>
      side === "ours" && fact.value === "" && /^(query|field|part)$/.test(fact.kind),
  },
  {
    // The second client has no notation for an object in an object; this one writes a[b][c], as qs and Rails read it.
    name: "an object in deepObject is JSON",
    explains: ({ fact }) => /^(query|field)$/.test(fact.kind) && /\[[^\]]*\]/.test(fact.name),
  },
  {
    // Some descriptions tell operations of one path apart by a fragment, which no request has.
    name: "a path with a fragment keeps it, and loses what comes after or before",
    explains: ({ fact }, { path }) => /^(query|segment)$/.test(fact.kind) && path.includes("#"),
  },
  {
    // A text is a value of JSON; the second client takes it for JSON that is written already.
    name: "a text as a body of JSON is sent as it is",
    explains: ({ fact }, { body }) => fact.kind === "json" && typeof body === "string",
  },
  {
    // RFC 9110, 8.3.1: a media type has a slash. This one warns of another name, and sends the body as JSON.
    name: "a name that is no media type is sent as one",
    explains: ({ fact }, { contentType }) =>
      contentType?.includes("/") === false &&
      (fact.name === "content-type" || /^(json|bytes)$/.test(fact.kind)),
  },
  {
    // RFC 9110, 8.3: a body has one type. This one sends JSON under a range that includes it.
    name: "a range is sent as the body's media type",
    explains: ({ fact }, { contentType }) =>
      contentType?.includes("*") === true &&
      (fact.name === "content-type" || /^(json|bytes)$/.test(fact.kind)),
  },
  {
    // A form has an object's fields. This one warns of another form, and sends the list in the other type that is offered.
    name: "a list is sent as a form without fields",
    explains: ({ fact }, { body, contentType }) =>
      Array.isArray(body) &&
      /^multipart|urlencoded/.test(contentType ?? "") &&
      (fact.name === "content-type" || /^(json|bytes|part|field)$/.test(fact.kind)),
  },
  {
    // A second cookie replaces the first one's header; lists are not exploded, and no character is encoded.
    name: "the last cookie alone is sent, lists joined, characters as they are",
    explains: ({ fact }, { parameters }) => {
      const cookies = Object.entries(parameters).filter(([id]) => id.startsWith("cookie."));
      const isPlain = cookies.every(([, value]) => /^[\w-]*$/.test(asText(value)));
      return fact.name === "cookie" && (cookies.length > 1 || !isPlain);
    },
  },
  {
    // RFC 6570, 3.2.5, and OpenAPI 3.1.1: without `explode` a comma divides; OpenAPI 3.0's example had a dot.
    name: "lists and objects in the style label are divided by dots",
    explains: ({ fact }, { parameters }) =>
      fact.kind === "segment" &&
      fact.value.startsWith(".") &&
      hasValue(parameters, "path.", (value) => typeof value === "object"),
  },
  {
    // OpenAPI 3.1, "Style Examples": R%20100%20G%20200 and R|100|G|200.
    name: "objects in spaceDelimited and pipeDelimited are divided by commas",
    explains: ({ fact }, { parameters }) =>
      fact.kind === "query" && isRecord(parameters[`query.${fact.name}`]),
  },
  {
    // OpenAPI does not define lists in deepObject; indices are what qs, PHP and Rails read.
    name: "a list in deepObject is as in the style form",
    explains: ({ fact, side }, compared) =>
      side === "theirs" &&
      fact.kind === "query" &&
      Array.isArray(compared.parameters[`query.${fact.name}`]) &&
      facts(compared, "ours").some(({ name }) => name === `${fact.name}[0]`),
  },
  {
    // Such a character would end the value, which may hold it.
    name: "with allowReserved, # and & are not encoded",
    explains: ({ fact }, { parameters }) =>
      fact.kind === "query" &&
      hasValue(parameters, "query.", (value) => typeof value === "string" && /[#&]/.test(value)),
  },
  {
    // JSON text as a value of a form is parsed and written again.
    name: "text of a form that is JSON is parsed",
    explains: ({ fact }, compared) => {
      const value = bodyField(compared, fact.name);
      const theirs = facts(compared, "theirs").find(({ name }) => name === fact.name);
      return (
        (fact.kind === "field" || fact.kind === "part") &&
        typeof value === "string" &&
        theirs !== undefined &&
        theirs.value !== value
      );
    },
  },
];

const isRecord = (value: unknown): boolean =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const hasValue = (
  parameters: Compared["parameters"],
  place: string,
  matches: (value: unknown) => boolean,
): boolean =>
  Object.entries(parameters).some(([id, value]) => id.startsWith(place) && matches(value));

const sameJson = (one: string, other: string): boolean => {
  try {
    return JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other));
  } catch {
    return one === other;
  }
};

/** The names of the rules that explain differences, and the differences that none explains. */
export const explain = (
  compared: Compared,
): { readonly explained: ReadonlyArray<string>; readonly rest: ReadonlyArray<Difference> } => {
  const explained = new Set<string>();
  const rest = compared.differences.filter((difference) => {
    const rule = rules.find(({ explains }) => explains(difference, compared));
    if (rule !== undefined) explained.add(rule.name);
    return rule === undefined;
  });
  return { explained: [...explained], rest };
};
