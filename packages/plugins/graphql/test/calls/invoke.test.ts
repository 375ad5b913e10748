import { describe, expect, it } from "@effect/vitest";
import type { Json, JsonObject } from "@executor/sdk";
import { Effect, Schema } from "effect";
import { buildSchema, graphql } from "graphql";
import { call, invoke, load, plugin, serve } from "../support.ts";

const sdl = `
enum Role { ADMIN READER }
input Filter { role: Role, names: [String!] }
type User { id: ID! name: String role: Role boss: User echo(text: String!): String }
type Vault { open: String closed: String }
type Query {
  user(id: ID!): User
  users(filter: Filter, first: Int = 2): [User!]!
  vault: Vault
  count: Int
  total: Int!
  echo(text: String): String
  picked(select: String): Vault
}
type Mutation { rename(id: ID!, name: String!): User }
`;

interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly boss?: string;
}

const people: ReadonlyArray<Person> = [
  { id: "1", name: "Ada", role: "ADMIN" },
  { id: "2", name: "Bo", role: "READER", boss: "1" },
];

const fails = (message: string) => () => {
  throw new Error(message);
};

const user = (wanted: string | undefined): unknown => {
  const person = people.find(({ id }) => id === wanted);
  return person === undefined
    ? null
    : {
        ...person,
        boss: () => user(person.boss),
        echo: ({ text }: { readonly text: string }) => text,
      };
};

const rootValue = {
  user: ({ id }: { readonly id: string }) => user(id),
  users: (given: { readonly filter?: { readonly role?: string }; readonly first: number }) =>
    people
      .filter(({ role }) => given.filter?.role === undefined || given.filter.role === role)
      .slice(0, given.first)
      .map(({ id }) => user(id)),
  vault: { open: "o", closed: fails("Closed to you.") },
  count: fails("Nobody counts."),
  total: fails("Nobody adds."),
  echo: ({ text }: { readonly text?: string | null }) => JSON.stringify({ text }),
  picked: ({ select }: { readonly select?: string }) => ({ open: select, closed: "c" }),
  rename: ({ id, name }: { readonly id: string; readonly name: string }) => ({ id, name }),
};

const Body = Schema.parseJson(
  Schema.Struct({
    query: Schema.String,
    operationName: Schema.optional(Schema.String),
    variables: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
  }),
);

interface Seen extends Schema.Schema.Type<typeof Body> {
  readonly headers: Headers;
}

/** graphql-js behind HTTP: 400 for what it does not execute, as GraphQL over HTTP has it. */
const server = Effect.gen(function* () {
  const schema = buildSchema(sdl);
  const seen: Array<Seen> = [];
  const url = yield* serve(async (request) => {
    const { operationName, query, variables } = Schema.decodeSync(Body)(await request.text());
    seen.push({ headers: request.headers, query, operationName, variables });
    const result = await graphql({
      schema,
      source: query,
      rootValue,
      operationName,
      variableValues: variables,
    });
    return Response.json(result, {
      status: "data" in result ? 200 : 400,
      headers: { "content-type": "application/graphql-response+json" },
    });
  });
  return { url, seen };
});

describe("a call", () => {
  it.scopedLive(
    "sends one named operation, its arguments as variables, with the source's headers",
    () =>
      Effect.gen(function* () {
        const { seen, url } = yield* server;
        const result = yield* invoke(
          { url, headers: { Authorization: "Bearer t" } },
          "query.user",
          { id: 2 },
        );
        expect(result).toEqual({ data: { id: "2", name: "Bo", role: "READER" }, size: 56 });
        const [introspection, sent] = seen;
        expect(sent).toMatchObject({
          operationName: "user",
          query: "query user($id: ID!) { user(id: $id) { id name role } }",
          variables: { id: 2 },
        });
        expect(Object.fromEntries(sent?.headers ?? [])).toMatchObject({
          authorization: "Bearer t",
          accept: "application/graphql-response+json, application/json;q=0.9",
          "content-type": "application/json",
        });
        expect(introspection?.headers.get("authorization")).toBe("Bearer t");
      }),
  );

  it.scopedLive(
    "returns lists, takes enums and input objects, and leaves defaults to the server",
    () =>
      Effect.gen(function* () {
        const { url } = yield* server;
        const ids = (input: JsonObject) =>
          Effect.map(
            invoke({ url }, "query.users", { ...input, select: "{ id }" }),
            ({ data }) => data,
          );
        expect(yield* ids({})).toEqual([{ id: "1" }, { id: "2" }]);
        expect(yield* ids({ first: 1 })).toEqual([{ id: "1" }]);
        expect(yield* ids({ filter: { role: "READER" } })).toEqual([{ id: "2" }]);
      }),
  );

  it.scopedLive("distinguishes null from an argument that is not given", () =>
    Effect.gen(function* () {
      const { url } = yield* server;
      const echo = (input: JsonObject) =>
        Effect.map(invoke({ url }, "query.echo", input), ({ data }) => data);
      expect(yield* echo({})).toBe("{}");
      expect(yield* echo({ text: null })).toBe('{"text":null}');
      expect(yield* echo({ text: "a" })).toBe('{"text":"a"}');
    }),
  );

  it.scopedLive("makes a mutation", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* server;
      const { data } = yield* invoke({ url }, "mutation.rename", {
        id: "1",
        name: "Eva",
        select: "{ name }",
      });
      expect(data).toEqual({ name: "Eva" });
      expect(seen[1]?.query).toMatch(/^mutation rename\(/);
    }),
  );

  it.scopedLive("returns what its selection says, nested and with arguments", () =>
    Effect.gen(function* () {
      const { url } = yield* server;
      const { data } = yield* invoke({ url }, "query.user", {
        id: "2",
        select: '{ boss { name boss { id } } said: echo(text: "}) { x") }',
      });
      expect(data).toEqual({ boss: { name: "Ada", boss: null }, said: "}) { x" });
    }),
  );

  it.scopedLive("takes the selection under another name if an argument is called select", () =>
    Effect.gen(function* () {
      const { url } = yield* server;
      const { data } = yield* invoke({ url }, "query.picked", {
        select: "{ closed }",
        select_: "{ open }",
      });
      expect(data).toEqual({ open: "{ closed }" });
    }),
  );

  it.scopedLive("refuses a selection that the schema does not have, and sends nothing", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* server;
      const refused = (select: string) =>
        Effect.map(Effect.flip(invoke({ url }, "query.user", { id: "1", select })), (error) => {
          expect(error).toMatchObject({ outcome: "invalid_input", errorType: "invalid_input" });
          return error.message;
        });
      expect(yield* refused("{ nmae }")).toContain(
        'Cannot query field "nmae" on type "User". Did you mean "name"?',
      );
      expect(yield* refused("{ boss }")).toContain("must have a selection of subfields");
      expect(yield* refused("{ echo }")).toContain('argument "text" of type "String!" is required');
      expect(yield* refused("{ name } }")).toContain("`select` of test.query.user is not valid.");
      expect(seen.map(({ operationName }) => operationName)).toEqual(Array(4).fill(undefined));
    }),
  );

  it.scopedLive("checks selections after a restart and reads the schema once", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* server;
      const source = yield* load({ url });
      const restarted = yield* plugin;
      const select = (text: string) =>
        restarted.invoke(call(source, { url }, "query.user", { id: "1", select: text }));
      const [wrong, right] = yield* Effect.all(
        [Effect.either(select("{ nmae }")), select("{ id }")],
        { concurrency: 2 },
      );
      expect(wrong).toMatchObject({ left: { outcome: "invalid_input" } });
      expect(right.data).toEqual({ id: "1" });
      expect(seen.filter(({ operationName }) => operationName === undefined)).toHaveLength(2);
    }),
  );

  it.scopedLive("leaves the check to the server if the schema cannot be read", () =>
    Effect.gen(function* () {
      const { seen, url } = yield* server;
      const source = yield* load({ document: sdl, baseUrl: url });
      const restarted = yield* plugin;
      const select = (text: string) =>
        restarted.invoke(call(source, { baseUrl: url }, "query.user", { id: "1", select: text }));
      expect((yield* select("{ name }")).data).toEqual({ name: "Ada" });
      expect(yield* Effect.flip(select("{ nmae }"))).toMatchObject({
        outcome: "invalid_input",
        status: 400,
        message: expect.stringContaining('Cannot query field "nmae"'),
      });
      expect(seen).toHaveLength(2);
    }),
  );
});

describe("a failing call", () => {
  const reply = (response: () => Response) =>
    Effect.gen(function* () {
      const url = yield* serve(response);
      return yield* invoke({ document: sdl, baseUrl: url, timeoutMs: 10_000 }, "query.vault", {});
    });

  it.scopedLive("with data and errors is an error that carries the data", () =>
    Effect.gen(function* () {
      const { url } = yield* server;
      expect(yield* Effect.flip(invoke({ url }, "query.vault", {}))).toMatchObject({
        outcome: "upstream_error",
        errorType: "graphql_partial_error",
        message:
          "The upstream returned only a part of the result; the error's data holds it. Closed to you. (at vault.closed)",
        data: { open: "o", closed: null },
      });
    }),
  );

  it.scopedLive.each([
    ["count", "Nobody counts. (at count)"],
    ["total", "Nobody adds. (at total)"],
  ])("without any data is an error: %s", ([field, said]) =>
    Effect.gen(function* () {
      const { url } = yield* server;
      const error = yield* Effect.flip(invoke({ url }, `query.${field}`, {}));
      expect(error).toMatchObject({
        outcome: "upstream_error",
        errorType: "graphql_error",
        message: `The upstream returned no data. ${said}`,
      });
      expect(error.data).toBeUndefined();
      expect(error.status).toBeUndefined();
    }),
  );

  it.scopedLive("that was refused for its input says so", () =>
    Effect.gen(function* () {
      const { url } = yield* server;
      const error = yield* Effect.flip(invoke({ url }, "query.user", { id: { a: 1 } }));
      expect(error).toMatchObject({
        outcome: "invalid_input",
        errorType: "invalid_input",
        status: 400,
      });
      expect(error.message).toContain(
        'The upstream refused the request as not valid. Variable "$id" got invalid value',
      );
    }),
  );

  const json =
    (body: Json, status = 200) =>
    () =>
      Response.json(body, { status });
  const coded = (code: string, status: number) =>
    json({ errors: [{ message: "No.", extensions: { code } }] }, status);

  it.scopedLive.each<[() => Response, Record<string, unknown>]>([
    [
      coded("GRAPHQL_VALIDATION_FAILED", 200),
      { outcome: "invalid_input", errorType: "invalid_input" },
    ],
    [coded("BAD_USER_INPUT", 400), { outcome: "invalid_input", status: 400 }],
    [
      coded("UNAUTHENTICATED", 400),
      { outcome: "upstream_error", errorType: "graphql_error", status: 400 },
    ],
    [
      coded("INTERNAL_SERVER_ERROR", 500),
      { errorType: "graphql_error", status: 500, message: "The upstream returned no data. No." },
    ],
    [
      json({ errors: [{ message: "No." }] }),
      { outcome: "upstream_error", errorType: "graphql_error" },
    ],
    [
      json({ errors: [{ message: "No." }], data: null }, 400),
      { outcome: "upstream_error", errorType: "graphql_error" },
    ],
    [
      json({ errors: [{ code: 7 }, "x"], data: null }),
      { message: 'The upstream returned no data. {"code":7} "x"' },
    ],
    [
      json({ message: "Bad credentials" }, 401),
      { errorType: "401", status: 401, message: "The upstream answered 401. Bad credentials" },
    ],
    [
      json({ code: 7 }, 403),
      { errorType: "403", message: 'The upstream answered 403. {"code":7}' },
    ],
    [
      () => new Response("boom", { status: 502 }),
      { errorType: "502", message: "The upstream answered 502. boom" },
    ],
    [
      () => new Response(null, { status: 307, headers: { location: "/b" } }),
      { errorType: "307", message: expect.stringContaining("redirects elsewhere") },
    ],
    [
      () => new Response("<html>", { headers: { "content-type": "text/html" } }),
      {
        errorType: "invalid_response",
        message: expect.stringContaining("answered 200 with text/html that is not JSON"),
      },
    ],
    [
      json({ data: {} }),
      { errorType: "invalid_response", message: expect.stringContaining("not a GraphQL response") },
    ],
    [json([1]), { errorType: "invalid_response" }],
    [json({ data: { vault: null }, errors: [] }, 500), { errorType: "500" }],
  ])("%#", ([response, expected]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(reply(response));
      expect(error).toMatchObject({ outcome: "upstream_error", ...expected });
    }),
  );

  it.scopedLive("is a success if the list of errors is empty", () =>
    Effect.gen(function* () {
      expect((yield* reply(json({ data: { vault: null }, errors: [] }))).data).toBeNull();
    }),
  );

  it.scopedLive("has a message of bounded length", () =>
    Effect.gen(function* () {
      const errors = Array.from({ length: 50 }, () => ({
        message: "x".repeat(10_000),
        path: ["a", 0],
      }));
      const { message } = yield* Effect.flip(reply(json({ errors })));
      expect(message.length).toBeLessThan(1_200);
      expect(message).toContain("And 45 more.");
    }),
  );

  it.scopedLive("keeps to the source's deadline", () =>
    Effect.gen(function* () {
      const url = yield* serve(() => new Promise<Response>(() => {}));
      const error = yield* Effect.flip(
        invoke({ document: sdl, baseUrl: url, timeoutMs: 50 }, "query.vault", {}),
      );
      expect(error).toMatchObject({ outcome: "timeout" });
    }),
  );

  it.live("says that nothing listens at the address", () =>
    Effect.gen(function* () {
      const url = yield* Effect.scoped(serve(() => new Response()));
      const error = yield* Effect.flip(invoke({ document: sdl, baseUrl: url }, "query.vault", {}));
      expect(error).toMatchObject({ outcome: "upstream_error", errorType: "connection_error" });
    }),
  );
});
