import { describe, expect, it } from "@effect/vitest";
import { Either, FastCheck as fc, Schema } from "effect";
import { describedTool, maxDescribed } from "../../src/built-in/excerpts/described-tool.ts";
import { isJsonObject, type Json, JsonObject } from "../../src/model/json.ts";
import { Namespace } from "../../src/model/source.ts";
import { type Tool, ToolAddress, ToolAnnotations } from "../../src/model/tool.ts";

const annotations = new ToolAnnotations({
  readOnly: true,
  destructive: false,
  requiresApproval: false,
});

const toolOf = (
  inputSchema: JsonObject,
  outputSchema: JsonObject | null = null,
  description = "Does things",
): Tool => ({
  address: ToolAddress.make("big.tool"),
  namespace: Namespace.make("big"),
  description,
  annotations,
  inputSchema,
  outputSchema,
});

const Answer = Schema.Struct({
  value: Schema.optional(Schema.Unknown),
  inputSchema: Schema.optional(JsonObject),
  outputSchema: Schema.optional(Schema.NullOr(JsonObject)),
  $defs: Schema.optional(JsonObject),
  more: Schema.optional(
    Schema.Array(Schema.Struct({ at: Schema.String, from: Schema.Int, of: Schema.Int })),
  ),
  note: Schema.optional(Schema.String),
});
const decode = Schema.decodeUnknownSync(Answer);

/** One answer, which is short whatever is asked for. */
const ask = (tool: Tool, at?: string, from?: number) => {
  const summary = { path: tool.address, description: tool.description, annotations: {} };
  const answer = Either.getOrThrow(describedTool(tool, summary, { at, from }));
  expect(JSON.stringify(answer).length).toBeLessThanOrEqual(maxDescribed);
  return decode(answer);
};

const isList = (value: unknown): value is ReadonlyArray<Json> => Array.isArray(value);

const escaped = (name: string): string =>
  name.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll("%", "%25");

const placeBelow = (parent: string, name: string, index: number): string =>
  name.length <= 100 && parent.length <= 600
    ? `${parent}/${escaped(name)}`
    : `${parent}/~i${index}`;

const joined = (left: unknown, right: unknown): unknown => {
  if (typeof left === "string" && typeof right === "string") return left + right;
  if (isList(left) && isList(right)) return [...left, ...right];
  return isJsonObject(left) && isJsonObject(right) ? { ...left, ...right } : right;
};

/** Everything at a place, by asking for what the answers leave out and for nothing else. */
const recovered = (tool: Tool, place: string): unknown => {
  let answer = ask(tool, place);
  let { value } = answer;
  for (let [next] = answer.more ?? []; next !== undefined; [next] = answer.more ?? []) {
    answer = ask(tool, next.at, next.from);
    value = joined(value, answer.value);
  }
  return completed(tool, value, place);
};

const completed = (tool: Tool, value: unknown, place: string): unknown => {
  const below = (child: unknown, name: string, index: number): unknown => {
    const at = placeBelow(place, name, index);
    const isLeftOut = isJsonObject(child) ? child["$ref"] === at : isCut(child, at);
    return isLeftOut ? recovered(tool, at) : completed(tool, child, at);
  };
  if (isList(value)) return value.map((item, index) => below(item, String(index), index));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member], index) => [name, below(member, name, index)]),
  );
};

const isCut = (value: unknown, at: string): boolean =>
  typeof value === "string" && value.endsWith(`…[${at}]`);

/** Copies of the references with another beginning. */
const moved = (value: Json, from: string, to: string): Json => {
  if (isList(value)) return value.map((item) => moved(item, from, to));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === "$ref" && typeof member === "string" && member.startsWith(from)
        ? to + member.slice(from.length)
        : moved(member, from, to),
    ]),
  );
};

const definitionNames = ["Repo", "a/b", "50%", "tilde~", "Node", "ünï"];

const name = fc
  .oneof(
    { weight: 6, arbitrary: fc.stringMatching(/^[a-z_]{1,12}$/) },
    { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
    { weight: 1, arbitrary: fc.nat(50).map((count) => "long~/%".repeat(10) + "x".repeat(count)) },
  )
  .filter((text) => text !== "__proto__" && !text.startsWith("$"));

/** Texts of any length, of characters that JSON writes in one, two and six, and of pairs of surrogates. */
const prose = fc
  .tuple(
    fc.constantFrom("word ", '"', "\u0001x", "\u{1F600}", "ü\n"),
    fc.constantFrom(1, 20, 20, 1_200),
  )
  .chain(([unit, most]) => fc.nat(most).map((count) => unit.repeat(count)));

const { schema } = fc.letrec<{ schema: JsonObject; leaf: JsonObject }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 4 },
    tie("leaf"),
    fc.record({
      type: fc.constant("object"),
      description: prose,
      properties: fc.dictionary(name, tie("schema"), { maxKeys: 8 }),
      required: fc.array(name, { maxLength: 5 }),
    }),
    fc.record({ anyOf: fc.array(tie("schema"), { maxLength: 5 }) }),
    fc.record({ type: fc.constant("array"), items: tie("schema") }),
    fc.record({
      type: fc.constant("object"),
      properties: fc
        .tuple(tie("leaf"), fc.integer({ min: 60, max: 160 }))
        .map(([leaf, count]) =>
          Object.fromEntries(Array.from({ length: count }, (_, at) => [`property${at}`, leaf])),
        ),
    }),
  ),
  leaf: fc.oneof(
    fc.record({ type: fc.constantFrom("string", "integer"), description: prose }),
    fc.record({ enum: fc.array(prose, { minLength: 1, maxLength: 6 }) }),
    fc.nat(900).map((count) => ({ enum: Array.from({ length: count }, (_, at) => `value-${at}`) })),
    fc.constantFrom(...definitionNames).map((to) => ({ $ref: `#/$defs/${escaped(to)}` })),
    fc.constant({}),
  ),
}));

const definitions = fc
  .tuple(...definitionNames.map(() => schema))
  .map((all) => Object.fromEntries(definitionNames.map((key, index) => [key, all[index] ?? {}])));

describe("describedTool", () => {
  it.prop(
    "shows every part of any tool to whoever asks as the answers say",
    [schema, schema, definitions, prose],
    ([input, output, $defs, description]) => {
      const tool = toolOf({ ...input, $defs }, { ...output, $defs }, description);
      expect(ask(tool).inputSchema).toBeDefined();
      expect(recovered(tool, "#/inputSchema")).toEqual(input);
      expect(recovered(tool, "#/outputSchema")).toEqual(output);
      expect(recovered(tool, "#/$defs")).toEqual($defs);
      expect(recovered(tool, "#/description")).toEqual(description);
    },
    { fastCheck: { numRuns: 8, endOnFailure: true }, timeout: 120_000 },
  );

  it.prop(
    "keeps the definitions of an input and a result apart that have the same names",
    [schema, definitions, definitions],
    ([input, own, others]) => {
      const tool = toolOf({ ...input, $defs: own }, { ...input, $defs: others });
      fc.pre(ask(tool).note !== undefined);
      for (const [place, $defs] of [
        ["#/inputSchema", own],
        ["#/outputSchema", others],
      ] as const) {
        const all = moved({ ...input, $defs }, "#/", `${place}/`);
        expect(recovered(tool, place)).toEqual(all);
      }
    },
    { fastCheck: { numRuns: 8, endOnFailure: true }, timeout: 120_000 },
  );

  it("has a definition for every reference, in the answer or to ask for", () => {
    fc.assert(
      fc.property(schema, definitions, (input, $defs) => {
        const tool = toolOf({ ...input, $defs }, { $ref: "#/$defs/Repo", $defs });
        const answer = ask(tool);
        const references = JSON.stringify(answer).matchAll(/"\$ref":"(#[^"\\]*)"/g);
        const known = answer.$defs ?? answer.inputSchema?.["$defs"] ?? {};
        const isHere = (reference: string): boolean =>
          isJsonObject(known) &&
          definitionNames.some(
            (key) => `#/$defs/${escaped(key)}` === reference && Object.hasOwn(known, key),
          );
        for (const [, reference = ""] of references) {
          expect(isHere(reference) || ask(tool, reference).value !== undefined).toBe(true);
        }
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });

  it("leaves a small tool as it is", () => {
    const input = { type: "object", properties: { id: { $ref: "#/$defs/Id" } }, $defs: { Id: {} } };
    const tool = toolOf(input, { type: "string" });
    const summary = { path: "big.tool", description: "Does things", annotations: {} };
    expect(Either.getOrThrow(describedTool(tool, summary, {}))).toEqual({
      ...summary,
      inputSchema: input,
      outputSchema: { type: "string" },
    });
  });

  const long = "x".repeat(30_000);
  const nested = (depth: number, key: string): JsonObject =>
    depth === 0 ? { const: long } : { properties: { [key]: nested(depth - 1, key) } };
  it.each<readonly [string, JsonObject]>([
    ["names of 30,000 characters", { properties: { [long]: nested(2, long) } }],
    [
      "many long names",
      Object.fromEntries(Array.from({ length: 900 }, (_, at) => [long + at, {}])),
    ],
    ["150 levels", nested(150, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")],
    ["1,000 levels", nested(1_000, "a")],
    ["a list of lists", { enum: [Array.from({ length: 20_000 }, () => [[]])] }],
    ["escapes", { description: "\u0000".repeat(20_000) }],
    ["halves of characters", { description: "\uD83D".repeat(20_000) }],
    [
      "a reference to itself",
      { properties: { a: { $ref: "#/inputSchema/properties/a" } }, default: long },
    ],
    ["a long reference", { $ref: `#/${long}` }],
  ])("is short for a schema with %s", (_, input) => {
    const tool = toolOf(input, input, long);
    const places = new Set<string>();
    const open: Array<readonly [string | undefined, number | undefined]> = [[undefined, undefined]];
    for (const [at, from] of open) {
      const answer = ask(tool, at, from);
      for (const [, place = ""] of JSON.stringify(answer).matchAll(/(#\/[^"\\[\]]*)["\]]/g)) {
        if (place.length > 2_000 || places.has(place) || places.size > 300) continue;
        places.add(place);
        if (Either.isRight(describedTool(tool, {}, { at: place }))) open.push([place, undefined]);
      }
      for (const more of answer.more ?? []) if (open.length < 600) open.push([more.at, more.from]);
    }
    expect(open.length).toBeGreaterThan(2);
  });

  it("says which part does not exist", () => {
    const refusal = (at: string, from?: number) =>
      Either.getOrThrow(Either.flip(describedTool(toolOf({}), {}, { at, from })));
    expect(refusal("#/nothing")).toContain("#/nothing is no part of the tool");
    expect(refusal("Repo")).toContain("Repo is no part of the tool");
    expect(refusal("#/inputSchema", 7)).toContain("has 0 parts");
    expect(refusal("#", 2)).toContain("give `at` with it");
    expect(refusal(`#/${long}`).length).toBeLessThan(500);
  });
});
