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

const operation =
  "mutation rename($id: ID!, $filter: [In!], $constructor: Int) { rename(id: $id, filter: $filter, constructor: $constructor) { id } }";

describe("an operation", () => {
  it("declares the arguments and passes them to the field", () => {
    expect(operationText(binding, binding.selection)).toBe(operation);
  });

  it("has no parentheses or braces without need", () => {
    expect(operationText({ ...binding, operation: "query", arguments: [] }, "")).toBe(
      "query rename { rename }",
    );
  });

  const keys = fc.oneof(fc.constantFrom("id", "filter", "constructor", "__proto__"), fc.string());
  const inputs = fc
    .array(fc.tuple(keys, fc.json({ stringUnit: "binary" }).map(parseJson)))
    .map(fromEntries);

  it("does not depend on the input, which is only in the variables", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const body = parseJson(requestBody(binding, operationText(binding, "{ id }"), input));
        const given = ["id", "filter", "constructor"].filter((name) => Object.hasOwn(input, name));
        expect(body).toEqual({
          query: operation,
          operationName: "rename",
          variables: Object.fromEntries(given.map((name) => [name, input[name]])),
        });
      }),
      { numRuns: 1_000 },
    );
  });
});
