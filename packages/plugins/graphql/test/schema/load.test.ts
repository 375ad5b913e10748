import { describe, expect, it } from "@effect/vitest";
import { parseJson } from "@executor/sdk";
import type { Json } from "@executor/sdk";
import { Effect, Option } from "effect";
import { buildSchema, getIntrospectionQuery, graphqlSync } from "graphql";
import { endpoint, invoke, load, plugin, serve, settings } from "../support.ts";
import type { Given } from "../support.ts";

const sdl = "type Query { a(old: Int @deprecated): Int }";

const answer = (query: string): Json =>
  parseJson(JSON.stringify(graphqlSync({ schema: buildSchema(sdl), source: query })));

const queryOf = async (request: Request): Promise<string> => {
  const body: unknown = request.method === "POST" ? await request.json() : {};
  return typeof body === "object" && body !== null && "query" in body ? String(body.query) : "";
};

const paths = (given: Given) =>
  Effect.map(load(given), ({ tools, url }) => ({ url, tools: tools.map(({ path }) => path) }));

describe("a source", () => {
  it.scopedLive("is introspected if only its endpoint is given", () =>
    Effect.gen(function* () {
      const url = yield* serve(async (request) => Response.json(answer(await queryOf(request))));
      expect(yield* paths({ url })).toEqual({ url, tools: ["query.a"] });
      expect(yield* paths({ url, baseUrl: url })).toEqual({ url, tools: ["query.a"] });
    }),
  );

  it.scopedLive(
    "gets the older introspection query if the server does not know the newer one",
    () =>
      Effect.gen(function* () {
        const asked: Array<string> = [];
        const url = yield* serve(async (request) => {
          const query = await queryOf(request);
          asked.push(query);
          return query.includes("isOneOf")
            ? Response.json(
                { errors: [{ message: 'Cannot query field "isOneOf" on type "__Type".' }] },
                { status: 400 },
              )
            : Response.json(answer(query));
        });
        expect((yield* paths({ url })).tools).toEqual(["query.a"]);
        expect(asked).toHaveLength(2);
      }),
  );

  it.scopedLive("is read from a file of its schema, and called at its baseUrl", () =>
    Effect.gen(function* () {
      const asked: Array<Request> = [];
      const origin = yield* serve((request) => {
        asked.push(request);
        return new Response(sdl);
      });
      const given = {
        url: `${origin}/schema.graphql`,
        baseUrl: endpoint,
        headers: { authorization: "t" },
      };
      expect(yield* paths(given)).toEqual({ url: endpoint, tools: ["query.a"] });
      expect(asked.map(({ headers, method }) => [method, headers.get("authorization")])).toEqual([
        ["GET", null],
      ]);
    }),
  );

  it.scopedLive.each<[string, () => Response, string]>([
    [
      "refuses introspection",
      () => Response.json({ errors: [{ message: "Introspection is off." }] }),
      "refused introspection: Introspection is off. Give the schema as the document",
    ],
    [
      "wants credentials",
      () => new Response("no", { status: 401 }),
      "answered 401 to introspection. Check the source's headers",
    ],
    [
      "is something else",
      () => new Response("<html>"),
      "answered 200 to introspection, and not as a GraphQL endpoint does",
    ],
    [
      "answers with an empty schema",
      () => Response.json({ data: { __schema: null } }),
      "not as a GraphQL endpoint does",
    ],
    [
      "has a broken schema",
      () => Response.json({ data: { __schema: { types: [] } } }),
      "no type for queries",
    ],
  ])("that %s says what to do", ([, response, expected]) =>
    Effect.gen(function* () {
      const url = yield* serve(response);
      const { message } = yield* Effect.flip(load({ url: `${url}?token=secret` }));
      expect(message).toContain(expected);
      expect(message).not.toContain("secret");
    }),
  );

  it.live("without a server cannot be reached", () =>
    Effect.gen(function* () {
      const url = yield* Effect.scoped(serve(() => new Response()));
      expect((yield* Effect.flip(load({ url })))._tag).toBe("SourceUnreachable");
    }),
  );

  it.scopedLive("is called with the query of its URL and shown without it", () =>
    Effect.gen(function* () {
      const asked: Array<string> = [];
      const origin = yield* serve(async (request) => {
        asked.push(new URL(request.url).search);
        return Response.json(answer(await queryOf(request)));
      });
      const given = { url: `${origin}?key=k` };
      expect((yield* paths(given)).url).toBe(origin);
      expect((yield* invoke(given, "query.a", {})).data).toBeNull();
      expect(asked).toEqual(["?key=k", "?key=k", "?key=k"]);
    }),
  );

  it.effect("does not take a password in its URL", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(load({ url: "https://me:secret@example.com" }));
      expect(message).toContain("Give them as a header");
      expect(message).not.toContain("secret");
    }),
  );

  it.effect.each<[Given]>([[{ document: sdl }], [{ url: "file:///schema.graphql" }], [{}]])(
    "needs an endpoint: %j",
    ([given]) =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(load(given));
        expect(error._tag).toBe("InvalidSourceDocument");
        expect(error.message).toContain("Give the endpoint as baseUrl");
      }),
  );
});

describe("detection", () => {
  const detect = (given: Given) =>
    Effect.flatMap(plugin, (graphQl) =>
      Effect.map(graphQl.detect(settings(given)), Option.getOrNull),
    );

  it.scopedLive("detects an endpoint that answers, and does not send it the headers", () =>
    Effect.gen(function* () {
      const seen: Array<string | null> = [];
      const url = yield* serve(async (request) => {
        seen.push(request.headers.get("authorization"));
        return Response.json(answer(await queryOf(request)));
      });
      const headers = { authorization: "t" };
      expect(yield* detect({ url, headers })).toEqual({
        name: `GraphQL at ${new URL(url).host}`,
        namespace: "graphql",
      });
      expect(
        yield* detect({ url, headers, baseUrl: `${new URL(url).origin}/other` }),
      ).not.toBeNull();
      expect(seen).toEqual([null, "t"]);
    }),
  );

  it.effect("detects a schema and names it after the endpoint", () =>
    Effect.gen(function* () {
      expect(yield* detect({ document: sdl })).toEqual({ name: "GraphQL", namespace: "graphql" });
      expect(yield* detect({ document: sdl, baseUrl: "https://api.github.com/graphql" })).toEqual({
        name: "GraphQL at api.github.com",
        namespace: "github",
      });
      const introspected = JSON.stringify(answer(getIntrospectionQuery()));
      expect(yield* detect({ document: introspected })).not.toBeNull();
    }),
  );

  it.scopedLive("detects a schema file at a URL", () =>
    Effect.gen(function* () {
      const url = yield* serve((request) =>
        request.method === "GET" ? new Response(sdl) : new Response(null, { status: 405 }),
      );
      expect(yield* detect({ url })).not.toBeNull();
    }),
  );

  it.scopedLive.each<[string, () => Response]>([
    ["an OpenAPI document", () => Response.json({ openapi: "3.1.0", paths: {} })],
    ["a page", () => new Response("<html></html>")],
    ["what answers nothing", () => new Response(null, { status: 404 })],
    ["errors of another kind", () => Response.json({ errors: [{ title: "No" }] }, { status: 400 })],
  ])("passes over %s", ([, response]) =>
    Effect.gen(function* () {
      const url = yield* serve(response);
      expect(yield* detect({ url })).toBeNull();
    }),
  );

  it.effect.each<[string, string]>([
    ["https://countries.trevorblades.com/graphql", "countries_trevorblades"],
    ["https://www.example.com", "example"],
    ["http://localhost:4000/graphql", "graphql"],
    ["http://127.0.0.1:4000/graphql", "graphql"],
    ["https://executor.dev/graphql", "graphql"],
    ["https://my-shop.example.co/api", "my_shop_example"],
  ])("%s is offered as %s", ([baseUrl, namespace]) =>
    Effect.gen(function* () {
      expect(yield* detect({ document: sdl, baseUrl })).toMatchObject({ namespace });
    }),
  );
});
