import { describe, expect, it } from "@effect/vitest";
import { Either } from "effect";
import fc from "fast-check";
import { Kind, parse, visit } from "graphql";
import type { Binding } from "../../src/calls/operation.ts";
import { operationText } from "../../src/calls/operation.ts";
import { readSelection } from "../../src/calls/selection.ts";

const squeezed = (text: string) =>
  Either.map(readSelection(text), (set) => set.replaceAll(/\s+/g, " "));

const binding: Binding = {
  operation: "query",
  field: "user",
  arguments: [{ name: "id", type: "ID!" }],
  selectKey: "select",
  selection: "{ id }",
  schema: "",
};

describe("a selection", () => {
  it.each([
    ["{ id }", "{ id }"],
    ["  {id,name # why\n}", "{ id name }"],
    ["query @live { id }", "{ id }"],
    [
      '{ a: id posts(first: 2, in: {x: [A, "b\\"}"]}) { title } }',
      '{ a: id posts(first: 2, in: {x: [A, "b\\"}"]}) { title } }',
    ],
    [
      "{ ... on User { id } ... { name } __typename }",
      "{ ... on User { id } ... { name } __typename }",
    ],
  ])("%j is written as %j", (text, expected) => {
    expect(squeezed(text)).toEqual(Either.right(expected));
  });

  it.each([
    ["Unexpected <EOF>", ""],
    ['Unexpected Name "id"', "id name"],
    ["Expected Name", "{ }"],
    ["Expected Name, found <EOF>", "{ id "],
    ['Unexpected "}"', "{ id } }"],
    ["not one selection set", "{ id } { id }"],
    ["not one selection set", "mutation { deleteAll }"],
    ["not one selection set", "query Named { id }"],
    ["not one selection set", "{ id } fragment F on User { id }"],
    ["not one selection set", "type A { b: Int }"],
    ["names a fragment", "{ ...F }"],
    ["uses a variable", "{ posts(first: $n) { id } }"],
    ["uses a variable", "query ($n: Int) { posts(first: $n) { id } }"],
    ["has a directive", "{ id @include(if: true) }"],
    ["has a directive", "{ ... @defer { id } }"],
    ["more than 12 levels deep", `${"{ a ".repeat(13)}${"}".repeat(13)}`],
    ["more than 500 fields", `{ ${"a ".repeat(501)}}`],
    ["more that 2000 tokens", `{ ${"a ".repeat(3_000)}}`],
    ["longer than 10000 characters", `{ ${"a".repeat(10_001)} }`],
    ["tokens", "{a".repeat(4_000)],
  ])("is refused, %#: %s", (expected, text) => {
    expect(Either.flip(readSelection(text))).toMatchObject({
      right: expect.stringContaining(expected),
    });
  });

  it("may be 12 levels deep", () => {
    expect(Either.isRight(readSelection(`${"{ a ".repeat(12)}${"}".repeat(12)}`))).toBe(true);
  });

  const pieces = fc.constantFrom(
    "{",
    "}",
    "(",
    ")",
    "$id",
    "id",
    "...",
    "on",
    "User",
    "mutation",
    "query",
    "fragment",
    "F",
    "@x",
    '"',
    '"""',
    "\\",
    "#",
    "\n",
    ":",
    "[",
    "]",
    "1",
    "!",
    "\ufeff",
    ",",
  );
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(pieces, { maxLength: 40 }).map((all) => all.join(" ")),
    fc.array(pieces, { maxLength: 20 }).map((all) => `{ id ${all.join("")} }`),
  );

  it("never leaves its place in the operation", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const set = readSelection(text);
        if (Either.isLeft(set)) return;
        const { definitions } = parse(operationText(binding, set.right, { id: "1" }));
        expect(definitions).toHaveLength(1);
        const [operation] = definitions;
        if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("It is no operation.");
        expect(operation).toMatchObject({ operation: "query", name: { value: "user" } });
        expect(operation.variableDefinitions).toHaveLength(1);
        const root = operation.selectionSet.selections;
        expect(root).toMatchObject([
          { kind: Kind.FIELD, name: { value: "user" }, arguments: [{ name: { value: "id" } }] },
        ]);
        visit(root[0] ?? operation, {
          FragmentSpread: () => {
            throw new Error("A fragment is named.");
          },
        });
      }),
      { numRuns: 2_000 },
    );
  });
});
