import type { Json, JsonObject, LoadedSource } from "@executor/sdk";
import { isArray, isObject, member } from "@executor/plugin-kit";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import * as fc from "fast-check";
import { dump } from "js-yaml";
import { folder, loadFrom, site } from "./split.ts";

/** Schemas that refer to the description's components `A` and `B`. */
const schema = fc.letrec<{ schema: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<JsonObject>(
      { type: "string", default: { $ref: "never.yaml" } },
      { type: "integer", example: { $ref: "never.yaml" } },
      { $ref: "#/components/schemas/A" },
      { $ref: "#/components/schemas/B" },
    ),
    fc.record({ type: fc.constant("array"), items: tie("schema") }),
    fc.record({
      type: fc.constant("object"),
      properties: fc.dictionary(
        fc.constantFrom("$ref", "default", "example", "a/b", "~"),
        tie("schema"),
        {
          maxKeys: 2,
        },
      ),
    }),
    fc.record({ allOf: fc.array(tie("schema"), { minLength: 1, maxLength: 2 }) }),
  ),
})).schema;

const content = schema.map((value) => ({ "application/json": { schema: value } }));

const pathItem = fc.record({
  parameters: fc.array(
    schema.map((value) => ({ name: "p", in: "query", schema: value })),
    { maxLength: 1 },
  ),
  post: fc.record({
    parameters: fc.array(
      schema.map((value) => ({ name: "q", in: "header", schema: value })),
      { maxLength: 1 },
    ),
    requestBody: fc.record({ content }),
    responses: fc.record({ 200: fc.record({ content }), default: fc.record({ content }) }),
  }),
});

const whole = fc
  .record({ a: pathItem, b: pathItem, A: schema, B: schema })
  .map(({ a, b, A, B }): JsonObject => ({
    openapi: "3.0.3",
    info: { title: "Split", version: "1" },
    paths: { "/a": a, "/b": b },
    components: {
      schemas: { A: { type: "object", properties: { a: A } }, B: { type: "array", items: B } },
    },
  }));

/** Places that may hold a reference in place of what they hold. */
const places =
  /^\/(paths\/[^/]+|.*\/(parameters\/\d+|requestBody|responses\/\w+|schema|items|allOf\/\d+|properties\/[^/]+|schemas\/\w+))$/;

/** Cuts values out of a description into documents of their own, which refer to each other. `draw`: numbers from 0 to 1. */
const split = (root: JsonObject, draw: () => number): Readonly<Record<string, string>> => {
  const files: Record<string, string> = {};
  let count = 0;
  const write = (value: Json): string => (draw() < 0.5 ? dump(value) : JSON.stringify(value));
  /** `up`: the way from the document's folder to the description. */
  const cut = (value: Json, place: string, isData: boolean, up: string): Json => {
    if (isArray(value)) {
      return value.map((item, index) => cut(item, `${place}/${index}`, isData, up));
    }
    if (!isObject(value)) return value;
    const isNames = /\/(properties|schemas|responses|paths)$/.test(place);
    if (isData) return value;
    const moves = places.test(place) && !isNames && draw() < 0.35;
    const inside = moves ? "../" : up;
    const copy = Object.fromEntries(
      Object.entries(value).map(([key, child]): [string, Json] => {
        if (key === "$ref" && typeof child === "string") {
          return [key, inside === "" ? child : `${inside}openapi.json${child}`];
        }
        const holdsData = !isNames && (key === "default" || key === "example");
        return [key, cut(child, `${place}/${key}`, holdsData, inside)];
      }),
    );
    if (!moves) return copy;
    count += 1;
    const name = `d${count}.${draw() < 0.5 ? "yaml" : "json"}`;
    const isWhole = draw() < 0.5;
    files[`parts/${name}`] = write(isWhole ? copy : { default: { "a/b": copy } });
    let reference = isWhole ? name : `${name}#/default/a~1b`;
    if (draw() < 0.3) {
      files[`parts/link${count}.yaml`] = write({ to: { $ref: `./${reference}` } });
      reference = `link${count}.yaml#/to`;
    }
    return { $ref: `${up === "" ? "parts/" : ""}${reference}` };
  };
  files["openapi.json"] = JSON.stringify(cut(root, "", false, ""));
  return files;
};

/** A source's tools with their schemas written out to some depth, because names of definitions differ. */
const written = (source: LoadedSource): ReadonlyArray<unknown> => {
  const open = (value: Json, depth: number): Json => {
    if (isArray(value)) return value.map((item) => open(item, depth + 1));
    if (!isObject(value)) return value;
    const name = member(value, "$ref");
    if (typeof name === "string" && name.startsWith("#/$defs/")) {
      const definition = source.definitions.get(name.slice("#/$defs/".length));
      if (definition === undefined) return "missing";
      return open(definition, depth);
    }
    if (depth > 12) return "deep";
    return Object.fromEntries(
      Object.entries(value).map(([key, child]): [string, Json] => [
        key,
        key === "default" && "type" in value ? child : open(child, depth + 1),
      ]),
    );
  };
  return source.tools.map((tool) => ({
    ...tool,
    inputSchema: open(tool.inputSchema, 0),
    outputSchema: tool.outputSchema === null ? null : open(tool.outputSchema, 0),
  }));
};

describe("a description that is split into documents", () => {
  it("gives the tools of the whole one, from a folder and from a server", async () => {
    const numbers = fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true }));
    await fc.assert(
      fc.asyncProperty(whole, numbers, (root, stream) => {
        const files = split(root, () => {
          const next = stream.next();
          return next.done === true ? 0 : next.value;
        });
        return Effect.gen(function* () {
          const expected = yield* loadFrom(
            `${yield* folder({ "o.json": JSON.stringify(root) })}o.json`,
          );
          expect(expected.tools).toHaveLength(2);
          const { url } = yield* site(files);
          for (const from of [yield* folder(files), url]) {
            const source = yield* loadFrom(`${from}openapi.json`);
            expect(source.warnings).toEqual([]);
            expect(written(source)).toEqual(written(expected));
          }
        }).pipe(Effect.scoped, Effect.runPromise);
      }),
      { numRuns: 25 },
    );
  });
});
