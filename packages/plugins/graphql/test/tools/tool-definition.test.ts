import { isObject, member, text } from "@executor/plugin-kit";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { loadText, tool } from "../support.ts";

const schema = `
"A moment, such as 2026-01-31T12:00:00Z."
scalar DateTime
"What a user may do."
enum Role { "Everything." ADMIN READER "Reads." GUEST @deprecated(reason: "Use READER") }
input Filter { role: Role = READER, tags: [String!]!, not: Filter, since: DateTime }
input ById @oneOf { id: ID, name: String, since: DateTime, not: Filter, roles: [Role] }
type User { id: ID! name: String role: Role! since: DateTime friends: [User] }
type Query {
  "Finds users."
  users(first: Int! = 10, filter: Filter, ids: [ID!], ratio: Float, deep: [[Int]], "Which." by: ById, old: Int @deprecated(reason: "Use first")): [User!]!
  count: Int!
  now: DateTime
  old: String @deprecated(reason: "Use count.")
  then: Int
  then_: Int
  constructor: Int
  picked(select: String!, selection: Int): User
}
type Mutation { addUser(name: String!): User deleteUser(id: ID!): ID userRemove: ID purge_users: Int undeleted: Int }
type Subscription { added: User }
`;

describe("tools", () => {
  it.effect("of a type that is the root of queries and mutations are writes", () =>
    Effect.gen(function* () {
      const { tools } = yield* loadText(
        "schema { query: Root mutation: Root } type Root { look: Int deleteAll: Int }",
      );
      expect(tools.map(({ annotations, path }) => [path, annotations.readOnly])).toEqual([
        ["query.look", false],
        ["query.deleteAll", false],
        ["mutation.look", false],
        ["mutation.deleteAll", false],
      ]);
    }),
  );

  it.effect("are the fields of the query and mutation types", () =>
    Effect.gen(function* () {
      const { name, tools, url } = yield* loadText(schema);
      expect({ name, url }).toEqual({
        name: "GraphQL at api.example.com",
        url: "https://api.example.com/graphql",
      });
      expect(tools.map(({ path }) => path)).toEqual([
        "query.users",
        "query.count",
        "query.now",
        "query.old",
        "query.then__",
        "query.then_",
        "query.constructor_",
        "query.picked",
        "mutation.addUser",
        "mutation.deleteUser",
        "mutation.userRemove",
        "mutation.purge_users",
        "mutation.undeleted",
      ]);
    }),
  );

  it.effect("are called query and mutation, whatever the names of the root types", () =>
    Effect.gen(function* () {
      const { tools } = yield* loadText(
        "schema { query: Reads mutation: Writes } type Reads { a: Int } type Writes { b: Int } type Mutation { c: Int }",
      );
      expect(tools.map(({ path }) => path)).toEqual(["query.a", "mutation.b"]);
    }),
  );

  it.effect("are read-only for queries, and destructive for mutations named after removal", () =>
    Effect.gen(function* () {
      const source = yield* loadText(schema);
      const annotations = (path: string) => ({ ...tool(source, path).annotations });
      expect(annotations("query.users")).toEqual({
        readOnly: true,
        destructive: false,
        requiresApproval: false,
      });
      for (const path of ["addUser", "undeleted"]) {
        expect(annotations(`mutation.${path}`)).toEqual({
          readOnly: false,
          destructive: false,
          requiresApproval: true,
        });
      }
      for (const path of ["deleteUser", "userRemove", "purge_users"]) {
        expect(annotations(`mutation.${path}`)).toEqual({
          readOnly: false,
          destructive: true,
          requiresApproval: true,
        });
      }
    }),
  );

  it.effect("describe themselves with their signature", () =>
    Effect.gen(function* () {
      const source = yield* loadText(schema);
      expect(tool(source, "query.count").description).toBe("query count: Int!");
      expect(tool(source, "query.old").description).toBe(
        "Deprecated: Use count.\n\nquery old: String",
      );
      expect(tool(source, "query.users").description).toBe(
        "Finds users.\n\nquery users(first: Int! = 10, filter: Filter, ids: [ID!], ratio: Float, deep: [[Int]], by: ById, old: Int): [User!]!",
      );
    }),
  );

  it.effect("cut a long description, and never the signature", () =>
    Effect.gen(function* () {
      const source = yield* loadText(`type Query { """${"x".repeat(5_000)}""" a: Int }`);
      const { description } = tool(source, "query.a");
      expect(description.length).toBe(1_000);
      expect(description.endsWith("…\n\nquery a: Int")).toBe(true);
    }),
  );

  it.effect("take the arguments as one object", () =>
    Effect.gen(function* () {
      const source = yield* loadText(schema);
      const { properties, ...rest } = tool(source, "query.users").inputSchema;
      expect(rest).toEqual({ type: "object", additionalProperties: false });
      expect(properties).toEqual({
        first: { type: "integer", format: "int32", default: 10 },
        filter: { anyOf: [{ $ref: "#/$defs/Filter" }, { type: "null" }] },
        ids: { type: ["array", "null"], items: { type: ["string", "integer"] } },
        ratio: { type: ["number", "null"] },
        deep: {
          type: ["array", "null"],
          items: { type: ["array", "null"], items: { type: ["integer", "null"], format: "int32" } },
        },
        by: { anyOf: [{ $ref: "#/$defs/ById" }, { type: "null" }], description: "Which." },
        old: {
          type: ["integer", "null"],
          format: "int32",
          deprecated: true,
          description: "Deprecated: Use first.",
        },
        select: { type: "string", description: expect.any(String) },
      });
      expect(tool(source, "mutation.addUser").inputSchema).toMatchObject({ required: ["name"] });
    }),
  );

  it.effect("share enums, input objects and custom scalars", () =>
    Effect.gen(function* () {
      const { definitions } = yield* loadText(schema);
      expect(Object.fromEntries(definitions)).toEqual({
        Filter: {
          type: "object",
          properties: {
            role: { anyOf: [{ $ref: "#/$defs/Role" }, { type: "null" }], default: "READER" },
            tags: { type: "array", items: { type: "string" } },
            not: { anyOf: [{ $ref: "#/$defs/Filter" }, { type: "null" }] },
            since: { anyOf: [{ $ref: "#/$defs/DateTime" }, { type: "null" }] },
          },
          required: ["tags"],
          additionalProperties: false,
        },
        ById: {
          type: "object",
          properties: {
            id: { type: ["string", "integer"] },
            name: { type: "string" },
            since: { $ref: "#/$defs/DateTime" },
            not: { $ref: "#/$defs/Filter" },
            roles: {
              type: "array",
              items: { anyOf: [{ $ref: "#/$defs/Role" }, { type: "null" }] },
            },
          },
          minProperties: 1,
          maxProperties: 1,
          additionalProperties: false,
        },
        Role: {
          type: "string",
          enum: ["ADMIN", "READER", "GUEST"],
          description:
            "What a user may do.\nADMIN: Everything.\nGUEST: Deprecated: Use READER. Reads.",
        },
        DateTime: {
          title: "DateTime",
          not: { type: "null" },
          description: "A moment, such as 2026-01-31T12:00:00Z.",
        },
      });
    }),
  );

  it.effect("rename types that are called like members of every object", () =>
    Effect.gen(function* () {
      const source = yield* loadText(
        "enum constructor { A } type Query { a(b: constructor!): Int }",
      );
      expect([...source.definitions.keys()]).toEqual(["constructor--type"]);
      expect(tool(source, "query.a").inputSchema).toMatchObject({
        properties: { b: { $ref: "#/$defs/constructor--type" } },
      });
    }),
  );

  it.effect("take a selection under a name that is not an argument", () =>
    Effect.gen(function* () {
      const source = yield* loadText(schema);
      const { inputSchema } = tool(source, "query.picked");
      const { properties } = inputSchema;
      expect(isObject(properties) ? Object.keys(properties) : []).toEqual([
        "select",
        "selection",
        "select_",
      ]);
    }),
  );

  it.effect("without fields to select take no selection", () =>
    Effect.gen(function* () {
      const source = yield* loadText(schema);
      expect(tool(source, "query.count").inputSchema).toEqual({
        type: "object",
        properties: {},
        additionalProperties: false,
      });
      expect(tool(source, "query.now").outputSchema).toEqual({
        anyOf: [{ $ref: "#/$defs/DateTime" }, { type: "null" }],
      });
    }),
  );

  it.effect("list the types that a selection can reach, the nearest first, in limited length", () =>
    Effect.gen(function* () {
      const source = yield* loadText(`
        type Query { a: A many: Many }
        type A { id: ID! old: Int @deprecated b(first: Int, in: [In!]): [B!]! u: U }
        type B { n: Named } interface Named { name: String } type C implements Named { name: String } union U = B | C
        input In { a: Int } type Many { ${Array.from({ length: 500 }, (_, n) => `field${n}: Int`).join(" ")} }`);
      const described = (path: string) =>
        text(
          member(member(tool(source, path).inputSchema["properties"], "select"), "description"),
        ) ?? "";
      expect(described("query.a")).toBe(
        "What to return: a GraphQL selection set on A, such as { id }. Left out, it is what the output schema shows. Types: " +
          "A { id: ID! b(first: Int, in: [In!]): [B!]! u: U } B { n: Named } U = B | C Named { name: String } = C C { name: String }",
      );
      expect(described("query.many").length).toBeLessThan(2_700);
    }),
  );
});
