/** What was before Swagger 2.0. */
export const swaggerDocument =
  '{ "swagger": "1.2", "info": { "title": "Old", "version": "1" }, "paths": {} }';

/** A node that holds nodes, a pair that hold each other, and a path that is a reference to another. */
export const cyclicDocument = JSON.stringify({
  openapi: "3.1.0",
  info: { title: "Trees", version: "1" },
  servers: [{ url: "http://127.0.0.1:9" }],
  paths: {
    "/trees": {
      post: {
        operationId: "plant",
        requestBody: {
          content: { "application/json": { schema: { $ref: "#/components/schemas/Node" } } },
        },
        responses: {
          "200": {
            description: "Done",
            content: { "application/json": { schema: { $ref: "#/components/schemas/Hen" } } },
          },
        },
      },
    },
  },
  components: {
    schemas: {
      Node: {
        type: "object",
        properties: {
          children: { type: "array", items: { $ref: "#/components/schemas/Node" } },
        },
      },
      Hen: { type: "object", properties: { egg: { $ref: "#/components/schemas/Egg" } } },
      Egg: { type: "object", properties: { hen: { $ref: "#/components/schemas/Hen" } } },
    },
  },
});

/** A source that cannot be added, and the answer. */
export interface Refusal {
  readonly name: string;
  /** Members that stand in place of a good source's. */
  readonly source: Readonly<Record<string, unknown>>;
  readonly status: number;
  readonly tag: string;
  /** What the message says: what is wrong, or what to do. */
  readonly says: RegExp;
}

const unusable = (name: string, document: string, says: RegExp): Refusal => ({
  name,
  source: { document },
  status: 422,
  tag: "InvalidSourceDocument",
  says,
});

const malformed = (name: string, source: Refusal["source"], says: RegExp): Refusal => ({
  name,
  source,
  status: 400,
  tag: "HttpApiDecodeError",
  says,
});

export const refusals: ReadonlyArray<Refusal> = [
  unusable("an empty document", "", /empty.*Give an OpenAPI document/),
  unusable("a document that is not JSON", "{ not json", /not JSON.*Correct it/),
  unusable("a document that is prose", "hello", /not an OpenAPI document.*2\.0 or OpenAPI 3/),
  unusable("JSON that is not OpenAPI", '{ "a": 1 }', /`openapi` is missing.*2\.0 or OpenAPI 3/),
  unusable("an HTML page", "<!doctype html><html></html>", /HTML.*Give the URL of the OpenAPI/),
  unusable("Swagger 1.2", swaggerDocument, /1\.2.*Swagger 2\.0 or OpenAPI 3/),
  {
    name: "neither a URL nor a document",
    source: { document: undefined },
    status: 422,
    tag: "InvalidSourceDocument",
    says: /neither a URL nor a document.*Give one/,
  },
  {
    name: "a file that is not there",
    source: { document: undefined, url: "file:///no/such/file.json" },
    status: 502,
    tag: "SourceUnreachable",
    says: /\/no\/such\/file\.json cannot be read.*Check/,
  },
  {
    name: "a reserved namespace",
    source: { namespace: "executor" },
    status: 409,
    tag: "NamespaceUnavailable",
    says: /executor is reserved.*Choose another/,
  },
  {
    name: "a namespace that the sandbox uses",
    source: { namespace: "search" },
    status: 409,
    tag: "NamespaceUnavailable",
    says: /search is reserved.*Choose another/,
  },
  {
    name: "a taken namespace",
    source: { namespace: "taken" },
    status: 409,
    tag: "NamespaceUnavailable",
    says: /taken belongs to another source.*Choose another/,
  },
  {
    name: "the built-in kind",
    source: { kind: "executor" },
    status: 422,
    tag: "UnsupportedSourceKind",
    says: /executor cannot be added.*openapi/,
  },
  malformed("an invalid namespace", { namespace: "Not valid" }, /A namespace is 1 to 63/),
  malformed("a kind that is none", { kind: "soap" }, /"openapi".*"graphql"/s),
  malformed("a number for a namespace", { namespace: 7 }, /namespace: Expected string$/),
  malformed("an array for a document", { document: [] }, /document: Expected string/),
  malformed("no time for calls", { timeoutMs: 0 }, /between 1 and 600000/),
  malformed("headers that are a string", { headers: "a: b" }, /Headers are an object/),
  malformed(
    "a header of two lines",
    { headers: { "x-key": "a\r\nb: c" } },
    /A header's value is one line/,
  ),
  malformed(
    "a header that is a number",
    { headers: { "x-key": 7 } },
    /A header's value is one line/,
  ),
];
