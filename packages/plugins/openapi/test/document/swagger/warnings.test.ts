import { describe, expect, it } from "@effect/vitest";
import type { JsonObject } from "@executor/sdk";
import { Effect } from "effect";
import { load } from "../../support.ts";
import { swagger } from "./support.ts";

const told = (operation: JsonObject) =>
  Effect.gen(function* () {
    const paths = { "/a": { post: { operationId: "a", ...operation } } };
    const { tools, warnings } = yield* load(swagger("pets.example", paths));
    expect(tools.map(({ path }) => path)).toEqual(["a"]);
    return warnings.map(({ code, place }) => `${code} ${place}`);
  });

const list = { type: "array", items: { type: "string" } };

const place = "/paths/~1a/post";

describe("what OpenAPI 3 cannot say of Swagger 2.0", () => {
  it.effect.each<[string, ReadonlyArray<JsonObject | null>, ReadonlyArray<string>]>([
    [
      "tsv",
      [{ name: "a", in: "query", collectionFormat: "tsv", ...list }],
      [`swagger_collection_format ${place}/parameters/0`],
    ],
    [
      "pipes in a header",
      [{ name: "A", in: "header", collectionFormat: "pipes", ...list }],
      [`swagger_collection_format ${place}/parameters/0`],
    ],
    [
      "lists in lists",
      [{ name: "a", in: "query", type: "array", items: list }],
      [`swagger_collection_format ${place}/parameters/0`],
    ],
    [
      "parts that are nothing",
      [null, { name: "a" }],
      [`swagger_part_dropped ${place}/parameters/0`, `swagger_part_dropped ${place}/parameters/1`],
    ],
    [
      "two bodies",
      [
        { name: "a", in: "body", schema: {} },
        { name: "b", in: "body", schema: {} },
      ],
      [`swagger_body_dropped ${place}/parameters`],
    ],
    [
      "a form without its type",
      [{ name: "a", in: "formData", type: "string" }],
      [`swagger_form_type ${place}`],
    ],
    [
      "parameters of another document",
      [{ $ref: "common.json#/P" }],
      [
        `swagger_reference_elsewhere ${place}/parameters/0`,
        `document_not_read ${place}/parameters/0`,
      ],
    ],
  ])("is told with its place: %s", ([_, parameters, expected]) =>
    Effect.gen(function* () {
      expect(yield* told({ parameters })).toEqual(expected);
    }),
  );

  it.effect("is told of responses", () =>
    Effect.gen(function* () {
      expect(yield* told({ responses: { 200: null } })).toEqual([
        `swagger_part_dropped ${place}/responses/200`,
      ]);
    }),
  );

  it.effect("is told with places of the original also where it is found later", () =>
    Effect.gen(function* () {
      const warnings = yield* told({
        parameters: [
          { name: "body", in: "body", schema: { $ref: "#/definitions/Nowhere" } },
          { name: "A b", in: "header", type: "string" },
        ],
        responses: { 200: { schema: { $ref: "#/definitions/Nothing" } } },
      });
      expect(warnings).toEqual(
        expect.arrayContaining([
          `reference_not_found ${place}/parameters/0/schema`,
          `reference_not_found ${place}/responses/200/schema`,
          expect.stringMatching(/ \/paths\/~1a\/post\/parameters\/1$/),
        ]),
      );
    }),
  );

  it.effect("is not told of operations that the filter leaves out", () =>
    Effect.gen(function* () {
      const document = swagger("pets.example", {
        "/a": { get: { operationId: "a", parameters: [null] } },
        "/b": { get: { operationId: "b" } },
      });
      expect((yield* load(document, { only: { operations: ["b"] } })).warnings).toEqual([]);
    }),
  );
});
