import { describe, expect, it } from "@effect/vitest";
import { Effect, Option } from "effect";
import fc from "fast-check";
import { buildSchema as reference, isCompositeType, parse, validate } from "graphql";
import { defaultSelection, printSelection } from "../../src/tools/default-selection.ts";
import { readSchema } from "../../src/schema/read-schema.ts";
import { loadText, tool } from "../support.ts";

/** The default selection on the type of `Query.a`. */
const selected = (types: string) =>
  Effect.map(readSchema(`type Query { a: A } ${types}`), ({ schema }) => {
    const type = schema.getType("A");
    return isCompositeType(type) ? printSelection(defaultSelection(schema, type)) : "";
  });

describe("the default selection", () => {
  it.effect.each<[string, string, string]>([
    [
      "takes leaves before objects",
      "type A { b: B id: ID! e: [E!]! } type B { c: Int } enum E { X }",
      "{ id e b { c } }",
    ],
    [
      "goes two levels deep",
      "type A { b: B } type B { x: Int c: C } type C { y: Int }",
      "{ b { x } }",
    ],
    [
      "leaves out objects without leaves",
      "type A { x: Int b: B } type B { c: C } type C { y: Int }",
      "{ x }",
    ],
    [
      "asks for something in any case",
      "type A { b: B } type B { c: C } type C { y: Int }",
      "{ __typename }",
    ],
    [
      "leaves out what needs arguments",
      "type A { x(a: Int!): Int y(a: Int! = 1, b: Int): Int b(c: ID!): B } type B { c: Int }",
      "{ y }",
    ],
    [
      "leaves out what is deprecated",
      "type A { x: Int @deprecated y: Int b: B @deprecated } type B { c: Int }",
      "{ y }",
    ],
    ["cuts cycles", "type A { x: Int a: [A] b: B } type B { y: Int a: A }", "{ x b { y } }"],
    [
      "asks unions for the fields of each type",
      "union A = B | C type B { x: Int } type C { y: Int d: D } type D { z: Int }",
      "{ __typename ... on B { x } ... on C { y d { z } } }",
    ],
    [
      "asks interfaces for their own fields once",
      "interface A { id: ID } type B implements A { id: ID! x: Int } type C implements A { id: ID }",
      "{ __typename id ... on B { x } }",
    ],
    [
      "cuts cycles within a union's types",
      "union A = B | C type B { b: B x: Int a: A } type C { y: Int b: B }",
      "{ __typename ... on B { x } ... on C { y b { x } } }",
    ],
    [
      "tells fields of one name and two types apart",
      "union A = B | C type B { state: S x: Int } type C { state: T x: Int } enum S { X } enum T { Y }",
      "{ __typename ... on B { B_state: state x } ... on C { C_state: state x } }",
    ],
    [
      "drops what cannot be told apart",
      "union A = B | C type B { x: Int C_x: Int } type C { x: String y: Int }",
      "{ __typename ... on B { B_x: x C_x } ... on C { y } }",
    ],
  ])("%s", ([, types, expected]) =>
    Effect.gen(function* () {
      expect(yield* selected(types)).toBe(expected);
    }),
  );

  it.effect("selects only the interface's own fields if it has many types", () =>
    Effect.gen(function* () {
      const many = Array.from(
        { length: 21 },
        (_, n) => `type T${n} implements A { id: ID x${n}: Int }`,
      );
      expect(yield* selected(`interface A { id: ID } ${many.join(" ")}`)).toBe("{ __typename id }");
    }),
  );

  it.effect("has at most 150 fields, the nearest first", () =>
    Effect.gen(function* () {
      const fields = (name: string) =>
        Array.from({ length: 100 }, (_, n) => `${name}${n}: Int`).join(" ");
      const text = yield* selected(
        `type A { b: B c: C ${fields("a")} } type B { ${fields("b")} } type C { ${fields("c")} }`,
      );
      expect(text.match(/[abc]\d+/g)).toHaveLength(150);
      expect(text).toContain("a99 b { b0 ");
      expect(text).not.toContain("c {");
    }),
  );

  it.effect("is what the output schema describes", () =>
    Effect.gen(function* () {
      const source = yield* loadText(`
        type Query { find(text: String!): [Hit!]! user: User }
        union Hit = User | Group
        type User { id: ID! at: Time owner: Group! } type Group { id: ID! name: [String!] } scalar Time`);
      const user = {
        id: { type: ["string", "integer"] },
        at: { anyOf: [{ $ref: "#/$defs/Time" }, { type: "null" }] },
      };
      const name = { type: ["array", "null"], items: { type: "string" } };
      const group = {
        type: "object",
        properties: { id: { type: ["string", "integer"] }, name },
        required: ["id", "name"],
      };
      expect(tool(source, "query.user").outputSchema).toEqual({
        type: ["object", "null"],
        properties: { ...user, owner: group },
        required: ["id", "at", "owner"],
      });
      expect(tool(source, "query.find").outputSchema).toEqual({
        type: "array",
        items: {
          type: "object",
          properties: { __typename: { type: "string" }, ...user, owner: group, name },
          required: ["__typename"],
        },
      });
    }),
  );

  const names = ["A", "B", "C", "D", "I", "U", "V"];
  const fieldTypes = fc.constantFrom(
    ...names,
    "Int",
    "String",
    "[Int!]",
    "[A]!",
    "I!",
    "[U!]!",
    "S",
    "T!",
  );
  const fields = fc.uniqueArray(fc.tuple(fc.constantFrom("x", "y", "z", "w", "B_x"), fieldTypes), {
    selector: ([name]) => name,
    minLength: 1,
  });
  const schemas = fc
    .tuple(
      fields,
      fields,
      fields,
      fields,
      fields,
      fc.subarray(["A", "B", "C", "D"], { minLength: 1 }),
    )
    .map(([a, b, c, d, i, members]) => {
      const write = (all: ReadonlyArray<readonly [string, string]>) =>
        all.map(([name, type]) => `${name}: ${type}`).join(" ");
      const own = (all: ReadonlyArray<readonly [string, string]>) =>
        all.filter(([name]) => !i.some(([taken]) => taken === name));
      return `type Query { ${names.map((name) => `q${name}: ${name}`).join(" ")} }
        enum S { X } enum T { Y } union U = ${members.join(" | ")} union V = A | D
        interface I { ${write(i)} }
        type A implements I { ${write([...i, ...own(a)])} } type B implements I { ${write([...i, ...own(b)])} }
        type C { ${write(c)} } type D { ${write(d)} }`;
    });

  it.effect(
    "is valid, whatever the schema",
    () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(schemas, async (text) => {
            const { schema } = await Effect.runPromise(readSchema(text));
            const judge = reference(text);
            for (const name of names) {
              const type = Option.getOrThrow(
                Option.liftPredicate(schema.getType(name), isCompositeType),
              );
              const operation = `{ q${name} ${printSelection(defaultSelection(schema, type))} }`;
              expect(validate(judge, parse(operation)).map(({ message }) => message)).toEqual([]);
            }
          }),
          { numRuns: 100 },
        ),
      ),
    60_000,
  );
});
