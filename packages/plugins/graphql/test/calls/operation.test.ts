import { describe, expect, it } from "@effect/vitest";
import { parseJson } from "@executor/sdk";
import { fromEntries } from "@executor/plugin-kit";
import fc from "fast-check";
import type { Binding } from "../../src/calls/operation.ts";
import { operationText, requestBody } from "../../src/calls/operation.ts";

const binding: Binding = {
  operation: "mutation",
  field: "rename",
  arguments: [
    { name: "id", type: "ID!" },
    { name: "filter", type: "[In!]" },
    { name: "constructor", type: "Int" },
  ],
  selectKey: "select",
  selection: "{ id }",
  schema: "",
};

describe("an operation", () => {
  it("declares the arguments that are given, and passes them to the field", () => {
    expect(operationText(binding, binding.selection, { id: 1, filter: null, constructor: 2 })).toBe(
      "mutation rename($id: ID!, $filter: [In!], $constructor: Int) { rename(id: $id, filter: $filter, constructor: $constructor) { id } }",
    );
    expect(operationText(binding, binding.selection, { filter: null, select: "{ id }" })).toBe(
      "mutation rename($filter: [In!]) { rename(filter: $filter) { id } }",
    );
  });

  it("has no parentheses or braces without need", () => {
    expect(operationText({ ...binding, operation: "query" }, "", {})).toBe(
      "query rename { rename }",
    );
  });

  it("holds integers beyond 2^53 with their digits, where the schema wants integers", () => {
    const digits = "12345678901234567890";
    const input = { id: digits, filter: [{ n: digits }, { n: digits }] };
    const integers = new Map([["filter", new Map([[1, new Map([["n", true as const]])]])]]);
    expect(requestBody(binding, "{ id }", input, integers)).toBe(
      `{"query":"{ id }","operationName":"rename","variables":{"id":"${digits}","filter":[{"n":"${digits}"},{"n":${digits}}]}}`,
    );
  });

  const keys = fc.oneof(fc.constantFrom("id", "filter", "constructor", "__proto__"), fc.string());
  const inputs = fc
    .array(fc.tuple(keys, fc.json({ stringUnit: "binary" }).map(parseJson)))
    .map(fromEntries);

  it("depends only on which arguments are given; their values are only in the variables", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const query = operationText(binding, "{ id }", input);
        const body = parseJson(requestBody(binding, query, input));
        const given = ["id", "filter", "constructor"].filter((name) => Object.hasOwn(input, name));
        const other = Object.fromEntries(given.map((name) => [name, "other"]));
        expect(body).toEqual({
          query: operationText(binding, "{ id }", other),
          operationName: "rename",
          variables: Object.fromEntries(given.map((name) => [name, input[name]])),
        });
      }),
      { numRuns: 1_000 },
    );
  });
});
