import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { buildSchema, introspectionFromSchema } from "graphql";
import { load, loadText, endpoint, tool } from "./support.ts";

/** Warnings as `code place`, those about default selections left out. */
const warned = (document: string, only?: Parameters<typeof load>[0]["only"]) =>
  Effect.map(
    load({ document, baseUrl: endpoint, ...(only === undefined ? {} : { only }) }),
    ({ warnings }) =>
      warnings
        .filter(({ code }) => !code.startsWith("selection_"))
        .map(({ code, place }) => `${code} ${place}`),
  );

describe("a schema file", () => {
  it.effect.each<readonly [string, ReadonlyArray<string>]>([
    ['type Query { a(b: Int! = 1): Int @deprecated(reason: "x") }', []],
    ["directive @mine(a: Int) on FIELD_DEFINITION type Query { a: Int @mine(a: 1) }", []],
    ["type Query { a: Int a: String }", ["field_defined_twice Query.a"]],
    ["type Query { a: Int } extend type Query { a: String }", ["field_defined_twice Query.a"]],
    ["type Query { a(b: Int, c: Int, b: ID): Int }", ["field_defined_twice Query.a.b"]],
    ["enum E { A B A } type Query { a: E }", ["field_defined_twice E.A"]],
    ["input I { x: Int x: ID } type Query { a(i: I): Int }", ["field_defined_twice I.x"]],
    ["type Query { a: Int } type Query { b: Int }", ["type_defined_twice Query"]],
    ["type Query { a: E } enum E { A } input E { b: Int }", ["type_defined_twice E"]],
    ["extend input Query { b: Int } type Query { a: Int }", ["type_defined_twice Query"]],
    [
      "type Query { a(at: AWSDateTime @aws_api_key): Int @aws_iam b: AWSJSON @aws_iam }",
      [
        "directive_not_defined Query.a.at",
        "directive_not_defined Query.a",
        "scalar_not_defined Query.a.at",
        "scalar_not_defined Query.b",
      ],
    ],
    [
      'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0") type Query { a(r: [_Any!]!, f: _FieldSet): Int }',
      [
        "directive_not_defined schema",
        "scalar_not_defined Query.a.r",
        "scalar_not_defined Query.a.f",
      ],
    ],
    ["type Query { a: Int @deprecated(reason: 7) }", ["directive_argument_ignored Query.a"]],
    ["type Query { a: T } type T", ["type_is_empty T"]],
    ["type Query { constructor: Int }", ["name_reserved Query.constructor"]],
    [
      "type Query { a: Int } type Subscription { b: Int c: Int }",
      ["subscription_not_supported Subscription.b", "subscription_not_supported Subscription.c"],
    ],
    ["type Query", ["type_is_empty Query", "no_operations null"]],
  ])("%j: %j", ([document, expected]) =>
    Effect.gen(function* () {
      expect(yield* warned(document)).toEqual(expected);
    }),
  );

  it.effect("may use scalars that its platform provides, which take any value", () =>
    Effect.gen(function* () {
      const source = yield* loadText("type Query { at: AWSDateTime now(in: timestamptz!): Int }");
      expect([...source.definitions]).toEqual([
        ["AWSDateTime", { title: "AWSDateTime", not: { type: "null" } }],
        ["timestamptz", { title: "timestamptz", not: { type: "null" } }],
      ]);
      expect(source.warnings.at(-1)).toEqual({
        code: "scalar_not_defined",
        message:
          "timestamptz is not defined. It is taken for a custom scalar, as Hasura provides it: any value but null is sent on.",
        place: "Query.now.in",
      });
    }),
  );

  it.effect("lists all unknown types at once, however many", () =>
    Effect.gen(function* () {
      const fields = Array.from({ length: 5_000 }, (_, at) => `f${at}: T${at}`);
      const { message } = yield* Effect.flip(loadText(`type Query { ${fields.join(" ")} }`));
      expect(message).toContain("T0 (at Query.f0), T1 (at Query.f1)");
      expect(message).toContain("and 4980 more types");
      expect(message.length).toBeLessThan(1_000);
    }),
  );
});

describe("an introspection result", () => {
  const introspected = (sdl: string, change: (types: ReadonlyArray<unknown>) => unknown) => {
    const { __schema } = introspectionFromSchema(buildSchema(sdl));
    return JSON.stringify({ __schema: { ...__schema, types: change(__schema.types) } });
  };

  it.effect("lacks a scalar, which is one by its own word, whatever its name", () =>
    Effect.gen(function* () {
      const document = introspected("scalar Odd type Query { a(b: [Odd!]): Int }", (types) =>
        types.filter((type) => !JSON.stringify(type).includes('"SCALAR","name":"Odd","desc')),
      );
      expect(yield* warned(document)).toEqual(["scalar_not_defined Query.a.b"]);
    }),
  );

  it.effect("lacks other types, all of which are listed", () =>
    Effect.gen(function* () {
      const document = introspected(
        "enum Odd { A } type Other { b: Int } type Query { a(b: [Odd!]): Other }",
        (types) => types.filter((type) => !/"name":"(Odd|Other)","desc/.test(JSON.stringify(type))),
      );
      const { message } = yield* Effect.flip(loadText(document));
      expect(message).toContain("does not define: Other (at Query.a), Odd (at Query.a.b).");
    }),
  );

  it.effect("describes types and fields twice, and defaults that are no literals", () =>
    Effect.gen(function* () {
      const document = introspected(
        "type Query { a(b: Int = 1): Int c: T } type T { d: Int }",
        (types) => [...types, { kind: "OBJECT", name: "T", fields: [] }],
      );
      const broken = document
        .replace('"defaultValue":"1"', '"defaultValue":"{oops"')
        .replace(/("fields":\[)(\{"name":"a".*?\}),(\{"name":"c")/, "$1$2,$2,$3");
      expect(yield* warned(broken)).toEqual([
        "field_defined_twice Query.a",
        "default_not_readable Query.a.b",
        "type_defined_twice T",
        "type_is_empty T",
      ]);
    }),
  );

  it.effect("names types of interfaces and unions that it hides, as Shopify's does", () =>
    Effect.gen(function* () {
      const document = introspected(
        "interface Node { id: ID } type A implements Node { id: ID } type Hidden implements Node { id: ID } union U = A | Hidden type Query { a: Node b: U }",
        (types) => types.filter((type) => !/"name":"Hidden","desc/.test(JSON.stringify(type))),
      );
      expect(yield* warned(document)).toEqual([
        "type_not_defined Node.Hidden",
        "type_not_defined U.Hidden",
      ]);
      const source = yield* loadText(document);
      expect(tool(source, "query.b").binding).toMatchObject({
        selection: "{ __typename ... on A { id } }",
      });
    }),
  );

  it.effect("shows subscriptions", () =>
    Effect.gen(function* () {
      const document = introspected(
        "schema { query: Query subscription: Events } type Query { a: Int } type Events { b: Int }",
        (types) => types,
      );
      expect(yield* warned(document)).toEqual(["subscription_not_supported Events.b"]);
    }),
  );
});

describe("default selections", () => {
  it.effect("tell once what they leave out", () =>
    Effect.gen(function* () {
      const { warnings } = yield* loadText(`
        type Query { a: A b: A many: Many u: U }
        type A { x: Int old: Int @deprecated arg(n: Int!): Int b: B }
        type B { y: Int c: C } type C { z: Int }
        type Many { ${Array.from({ length: 152 }, (_, n) => `f${n}: Int`).join(" ")} }
        union U = ${Array.from({ length: 21 }, (_, n) => `T${n}`).join(" | ")}
        ${Array.from({ length: 21 }, (_, n) => `type T${n} { a: Int }`).join(" ")}
      `);
      expect(warnings).toEqual([
        expect.objectContaining({ code: "selection_deprecated", place: "A.old" }),
        {
          code: "selection_arguments",
          message:
            "Default selections leave out fields that need arguments: A.arg, in those of 2 tools. A call gets them by `select`.",
          place: "A.arg",
        },
        expect.objectContaining({ code: "selection_depth", place: "B.c" }),
        expect.objectContaining({
          code: "selection_limit",
          place: "Many.f150",
          message: expect.stringContaining("Many.f150, Many.f151, in that of query.many."),
        }),
        expect.objectContaining({ code: "selection_alternatives", place: "U" }),
      ]);
    }),
  );
});

describe("a filter", () => {
  const sdl =
    "type Query { user: Int users: Int post: Int then: Int } type Mutation { addUser: Int post: Int } type Subscription { user: Int }";

  it.effect.each<readonly [Parameters<typeof warned>[1], string, ReadonlyArray<string>]>([
    [
      { operations: ["user*"] },
      "query.user query.users",
      ["subscription_not_supported Subscription.user"],
    ],
    [{ operations: ["post"] }, "query.post mutation.post", []],
    [{ operations: ["mutation.*"] }, "mutation.addUser mutation.post", []],
    [
      { operations: ["*.post", "then"] },
      "query.post query.then_ mutation.post",
      ["name_reserved Query.then"],
    ],
    [
      { operations: ["query.post", "User", "*x*"] },
      "query.post",
      ["filter_matches_nothing only.operations User", "filter_matches_nothing only.operations *x*"],
    ],
    [
      { operations: ["none"] },
      "",
      [
        "filter_matches_nothing only.operations none",
        "filter_leaves_nothing only",
        "no_operations null",
      ],
    ],
    [
      { operations: ["post"], tags: ["a"], paths: ["/b"] },
      "query.post mutation.post",
      ["filter_not_applicable only.tags", "filter_not_applicable only.paths"],
    ],
  ])("%j takes %s", ([only, paths, expected]) =>
    Effect.gen(function* () {
      const { tools } = yield* load({ document: sdl, baseUrl: endpoint, ...(only && { only }) });
      expect(tools.map(({ path }) => path).join(" ")).toBe(paths);
      expect(yield* warned(sdl, only)).toEqual(expected);
    }),
  );

  it.effect("keeps the definitions of what it takes, and no others", () =>
    Effect.gen(function* () {
      const source = yield* load({
        document: "enum E { A } enum F { B } type Query { a: E b: F }",
        baseUrl: endpoint,
        only: { operations: ["b"] },
        overlay: "overlay: 1.0.0",
      });
      expect([...source.definitions.keys()]).toEqual(["F"]);
      expect(tool(source, "query.b").outputSchema).toBeDefined();
      expect(source.warnings.map(({ code }) => code)).toEqual(["overlay_not_applicable"]);
    }),
  );
});
