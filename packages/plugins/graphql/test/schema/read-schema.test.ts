import { describe, expect, it, vi } from "@effect/vitest";
import { Effect } from "effect";
import { buildSchema, introspectionFromSchema, printType } from "graphql";
import type { GraphQLSchema } from "graphql";
import { readSchema } from "../../src/schema/read-schema.ts";
import { loadText } from "../support.ts";

/** Everything that a schema can hold. */
const everything = `
"A schema."
schema @link(url: "https://example.com", import: [{ name: "@key" }]) { query: Root mutation: Changes subscription: Events }

directive @link(url: String, import: [Option] = [{ name: "{" }]) repeatable on SCHEMA

"When."
input Option { name: String }
scalar DateTime
union Anything = User | Post
enum Role { ADMIN READER OLD @deprecated(reason: "Deprecated.") }
interface Node { id: ID! }
interface Named implements Node { id: ID! name: String }
input Filter { role: Role = READER, tags: [String!]! = ["a", "b"], not: Filter, at: DateTime }
input One @oneOf { a: String b: Int }

"""
A person: "{ braces } in text".
"""
type User implements Named & Node {
  id: ID!
  name: String
  posts(first: Int = 10, filter: Filter): [Post!]!
  old: String @deprecated(reason: "Deprecated.")
}
type Post implements Node { id: ID! title: String! author: User }
type Root { user(id: ID!): User, search(text: String!): [Anything], nodes: [Node] }
type Changes { rename(id: ID!, name: String): User }
type Events { renamed: User }

extend type Root { post(id: ID!): Post }
extend enum Role { WRITER }
extend union Anything = Group
extend input Filter { more: Boolean }
type Group
extend type Group { size: Int }
`;

describe("schemas", () => {
  it.effect("are the same from a schema file as graphql-js reads them", () =>
    Effect.gen(function* () {
      const { schema } = yield* readSchema(everything);
      const expected = buildSchema(everything, { assumeValidSDL: true });
      const print = (of: GraphQLSchema) =>
        Object.fromEntries(
          Object.values(of.getTypeMap()).map((type) => [type.name, printType(type)]),
        );
      expect(print(schema)).toMatchObject(print(expected));
      expect(schema.getQueryType()?.name).toBe("Root");
      expect(schema.getMutationType()?.name).toBe("Changes");
    }),
  );

  it.effect("are the same from an introspection result, with or without data around it", () =>
    Effect.gen(function* () {
      const result = introspectionFromSchema(buildSchema(everything, { assumeValidSDL: true }), {
        inputValueDeprecation: true,
        oneOf: true,
      });
      const bare = yield* loadText(JSON.stringify(result));
      const wrapped = yield* loadText(JSON.stringify({ data: result }));
      const sdl = yield* loadText(everything);
      const plain = (source: typeof sdl) => ({
        definitions: Object.fromEntries(source.definitions),
        tools: source.tools.map(({ binding: _, ...rest }) => rest),
      });
      expect(plain(bare)).toEqual(plain(sdl));
      expect(plain(wrapped)).toEqual(plain(sdl));
    }),
  );

  it.effect("get the same name from the same text only", () =>
    Effect.gen(function* () {
      const text = "type Query { a: Int }";
      const { name } = yield* readSchema(text);
      expect(name).toMatch(/^[0-9a-f]{16}$/);
      expect((yield* readSchema(text)).name).toBe(name);
      expect((yield* readSchema(`${text} `)).name).not.toBe(name);
    }),
  );

  it.effect("may define a field twice, as GitHub's own schema file does", () =>
    Effect.gen(function* () {
      const source = yield* loadText("type Query { a: Int a: String }");
      expect(source.tools.map(({ outputSchema }) => outputSchema)).toEqual([
        { type: ["string", "null"] },
      ]);
    }),
  );

  it.effect("may extend types that are not defined, and define types twice", () =>
    Effect.gen(function* () {
      const source = yield* loadText(
        "extend type Query { a: Int } type Query2 { b: Int } extend type Query @deprecated(reason: 7) { c: In } scalar In @specifiedBy enum In { A }",
      );
      expect(source.tools.map(({ path }) => path)).toEqual(["query.a", "query.c"]);
    }),
  );

  it.effect("may extend a type many times, which are read together", () =>
    Effect.gen(function* () {
      const extended = Array.from(
        { length: 3_000 },
        (_, at) => `extend type Query { f${at}: Int }`,
      );
      const copies = vi.spyOn(Array.prototype, "concat");
      const source = yield* loadText(`type Query { f: Int } ${extended.join(" ")}`);
      const { length } = copies.mock.calls;
      copies.mockRestore();
      expect(source.tools).toHaveLength(3_001);
      expect(length).toBeLessThan(1_000);
    }),
  );

  it.effect.each<readonly [string, string]>([
    ["500000 tokens", `type Query { f: Int } ${"scalar A ".repeat(250_000)}`],
    [
      "50000 types",
      JSON.stringify({
        __schema: { queryType: { name: "Query" }, types: Array.from({ length: 50_001 }, () => 0) },
      }),
    ],
  ])("have at most %s", ([most, text]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(readSchema(text));
      expect(error._tag).toBe("InvalidSourceDocument");
      expect(error.message).toContain(`it has more than ${most}`);
    }),
  );

  it.effect("keep defaults as they are written, whatever their type", () =>
    Effect.gen(function* () {
      const sdl =
        'enum Role { A } input In { b: Int = 1 } type Query { a(r: Role! = "A", i: In = {}, n: [Int!]! = 5): Int }';
      const properties = {
        r: { $ref: "#/$defs/Role", default: "A" },
        i: { anyOf: [{ $ref: "#/$defs/In" }, { type: "null" }], default: {} },
        n: { type: "array", items: { type: "integer", format: "int32" }, default: 5 },
      };
      const { __schema } = introspectionFromSchema(buildSchema(sdl, { assumeValidSDL: true }));
      const literals: Record<string, string> = { r: '"A"', i: "{}", n: "5", b: "1" };
      const introspected = JSON.stringify({ __schema }, (_, value: unknown) =>
        typeof value === "object" && value !== null && "defaultValue" in value && "name" in value
          ? { ...value, defaultValue: literals[String(value.name)] }
          : value,
      );
      for (const text of [sdl, introspected]) {
        const { tools } = yield* loadText(text);
        expect(tools[0]?.inputSchema["properties"]).toEqual(properties);
        expect(tools[0]?.inputSchema["required"]).toBeUndefined();
      }
    }),
  );

  it.effect("may wrap a type as non-null twice", () =>
    Effect.gen(function* () {
      const twice = {
        kind: "NON_NULL",
        ofType: { kind: "NON_NULL", ofType: { kind: "SCALAR", name: "Int" } },
      };
      const source = yield* loadText(
        JSON.stringify({
          __schema: {
            queryType: { name: "Query" },
            types: [
              { kind: "OBJECT", name: "Query", fields: [{ name: "a", args: [], type: twice }] },
            ],
          },
        }),
      );
      expect(source.tools[0]?.outputSchema).toEqual({ type: "integer", format: "int32" });
    }),
  );

  it.effect.each<[string, string]>([
    ["", "it is empty"],
    ["  \n", "it is empty"],
    ["<!doctype html><html></html>", "HTML or XML"],
    ["{}", "not an introspection result"],
    ['{"__schema": ', "not an introspection result"],
    ['{"__schema": {}}', "lists no types"],
    ['{"__schema": {"types": [{"name": "User"}]}}', "User is not described"],
    ['{"__schema": {"types": [7]}}', "a type without a name is not described"],
    ["openapi: 3.1.0\npaths: {}", 'Unexpected Name "openapi" (line 1)'],
    ["type Query { a: Int }\n\ntype B {\n  c Int\n}", 'found Name "Int" (line 4)'],
    ['type Query {\n a: Int }\n\n"unterminated', "Unterminated string (line 4)"],
    ["query { a }", "an operation where a schema holds types"],
    [
      "type Query { a: Missing b(in: [Other!]): Missing } union U = Query | Third",
      "types that it does not define: Missing (at Query.a), Other (at Query.b.in), Third (at U). Give",
    ],
    ["type Other { a: Int }", "no type for queries"],
    ["schema { mutation: M } type M { a: Int } type Query { a: Int }", "no type for queries"],
    ["type Query { a(in: Query): Int }", "to be a GraphQL input type"],
    ["input In { a: Int } type Query { a: In }", "to be a GraphQL output type"],
    ["scalar Query", "to be a GraphQL Object type"],
    ["union U = Int type Query { a: U }", "to be a GraphQL Object type"],
    ["type Query implements Int { a: Int }", "to be a GraphQL Interface type"],
  ])("%j: %s", ([text, expected]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(readSchema(text));
      expect(error._tag).toBe("InvalidSourceDocument");
      expect(error.message).toContain(expected);
    }),
  );

  it.effect("with extreme nesting are refused", () =>
    Effect.gen(function* () {
      const deep = 100_000;
      const list = `type Query { a: ${"[".repeat(deep)}Int${"]".repeat(deep)} }`;
      expect((yield* Effect.flip(readSchema(list)))._tag).toBe("InvalidSourceDocument");
      const reference = `${'{"kind":"LIST","ofType":'.repeat(deep)}{"kind":"SCALAR","name":"Int"}${"}".repeat(deep)}`;
      const json = `{"__schema":{"queryType":{"name":"Query"},"types":[{"kind":"OBJECT","name":"Query","fields":[{"name":"a","args":[],"type":${reference}}]}]}}`;
      expect((yield* Effect.flip(readSchema(json)))._tag).toBe("InvalidSourceDocument");
    }),
  );

  it.live("let other work run while a large one is read", () =>
    Effect.gen(function* () {
      const types = Array.from(
        { length: 500 },
        (_, n) =>
          `type T${n} { id: ID! ${Array.from({ length: 10 }, (__, f) => `f${f}(a: Int): T${(n + f) % 500}`).join(" ")} }`,
      );
      let turns = 0;
      const timer = setInterval(() => {
        turns += 1;
      }, 0);
      const source = yield* loadText(
        `type Query { ${types
          .slice(0, 100)
          .map((_, n) => `q${n}: T${n}`)
          .join(" ")} } ${types.join("\n")}`,
      );
      clearInterval(timer);
      expect(source.tools).toHaveLength(100);
      expect(turns).toBeGreaterThan(3);
    }),
  );
});
