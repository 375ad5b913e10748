import { describe, expect, it } from "@effect/vitest";
import { isObject } from "@executor/plugin-kit";
import { schema as github } from "@octokit/graphql-schema";
import type { JsonObject, LoadedSource } from "@executor/sdk";
import { Effect, Schema } from "effect";
import fc from "fast-check";
import {
  buildSchema,
  getNamedType,
  getVariableValues,
  introspectionFromSchema,
  isAbstractType,
  isEnumType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  parse,
  validate,
} from "graphql";
import type { GraphQLOutputType, GraphQLSchema } from "graphql";
import { readFileSync } from "node:fs";
import { Binding, operationText, requestBody } from "../src/calls/operation.ts";
import { readSchema } from "../src/schema/read-schema.ts";
import { call, executing, loadText, plugin, problemsOf, tool } from "./support.ts";
import { randomOf, sampleInput, sampleSchema } from "./samples.ts";

/** Milliseconds that a slow machine needs. */
const patience = 120_000;

const decode = Schema.decodeUnknownSync(Binding);

/** The root fields of a schema by the paths of their tools. */
const rootFields = (schema: GraphQLSchema) =>
  [
    ["query", schema.getQueryType()] as const,
    ["mutation", schema.getMutationType()] as const,
  ].flatMap(([operation, type]) =>
    Object.values(type?.getFields() ?? {}).map((field) => ({
      path: `${operation}.${field.name}`,
      field,
    })),
  );

/** What graphql-js finds wrong with the request of a call. */
const refusals = (
  schema: GraphQLSchema,
  source: LoadedSource,
  path: string,
  input: JsonObject,
): ReadonlyArray<string> => {
  const binding = decode(tool(source, path).binding);
  const body: unknown = JSON.parse(
    requestBody(binding, operationText(binding, binding.selection, input), input),
  );
  const { query, variables } = Schema.decodeUnknownSync(Request)(body);
  const document = parse(query);
  const invalid = validate(schema, document);
  if (invalid.length > 0) return invalid.map(({ message }) => message);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("It is no operation.");
  const { errors = [] } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  return errors.map(({ message }) => message);
};

const Request = Schema.Struct({
  query: Schema.String,
  variables: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
});

/** GitHub's schema, and the files that `EXECUTOR_GRAPHQL_SCHEMAS` names, separated by colons. */
const schemas: ReadonlyArray<readonly [string, () => string]> = [
  ["GitHub", () => github.idl],
  ...(process.env["EXECUTOR_GRAPHQL_SCHEMAS"] ?? "")
    .split(":")
    .filter((file) => file !== "")
    .map((file) => [file, () => readFileSync(file, "utf8")] as const),
];

describe.each(schemas)("every tool of the schema of %s", (_, read) => {
  it.live(
    "sends what graphql-js finds valid, by least and by most arguments",
    () =>
      Effect.gen(function* () {
        const text = read();
        const source = yield* loadText(text);
        const { schema } = yield* readSchema(text);
        const fields = rootFields(schema);
        expect(fields.length).toBeGreaterThan(0);
        expect(source.tools.map(({ path }) => path)).toEqual(fields.map(({ path }) => path));
        const random = randomOf(1);
        for (const { field, path } of fields) {
          for (const optional of [0, 1]) {
            const input = sampleInput(field.args, random, optional);
            expect([path, input, problemsOf(source, path, input)]).toEqual([
              path,
              input,
              undefined,
            ]);
            expect([path, input, ...refusals(schema, source, path, input)]).toEqual([path, input]);
            yield* Effect.yieldNow();
          }
        }
      }),
    patience,
  );
});

/** A value of a type: text for custom scalars, one item for lists, and a possible type for interfaces and unions. */
const valueOf = (schema: GraphQLSchema, type: GraphQLOutputType): unknown => {
  if (isNonNullType(type)) return valueOf(schema, type.ofType);
  if (isListType(type)) return [valueOf(schema, type.ofType)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isLeafType(type)) return type.name === "Boolean" ? true : 1;
  return { __typename: isAbstractType(type) ? schema.getPossibleTypes(type)[0]?.name : type.name };
};

describe("any schema and any valid input", () => {
  const seeds = fc.integer();
  const documentOf = (sdl: string, seed: number): string =>
    seed % 2 === 0
      ? sdl
      : JSON.stringify(
          introspectionFromSchema(buildSchema(sdl), { oneOf: true, inputValueDeprecation: true }),
        );

  it.scopedLive(
    "give a request that a server executes, with the variables that were given",
    () =>
      Effect.gen(function* () {
        const graphQl = yield* plugin;
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(seeds, (seed) =>
              Effect.gen(function* () {
                const random = randomOf(seed);
                const sdl = sampleSchema(random);
                const schema = buildSchema(sdl);
                const source = yield* loadText(documentOf(sdl, seed));
                const { sent, url } = yield* executing(schema, undefined, (_, __, ___, info) =>
                  valueOf(schema, info.returnType),
                );
                for (const { field, path } of rootFields(schema)) {
                  const input = sampleInput(field.args, random);
                  expect(problemsOf(source, path, input)).toBeUndefined();
                  const { data } = yield* graphQl.invoke(
                    call({ ...source, url }, { baseUrl: url }, path, input),
                  );
                  expect(data).not.toBeNull();
                  expect(sent.at(-1)?.variables).toEqual(input);
                  expect(isLeafType(getNamedType(field.type)) || typeof data === "object").toBe(
                    true,
                  );
                }
              }).pipe(Effect.scoped, Effect.runPromise),
            ),
            { numRuns: 30 },
          ),
        );
      }),
    patience,
  );

  it.live(
    "are refused for a missing or a null value exactly where graphql-js refuses them",
    () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(seeds, (seed) =>
            Effect.gen(function* () {
              const random = randomOf(seed);
              const sdl = sampleSchema(random);
              const schema = buildSchema(sdl);
              const source = yield* loadText(documentOf(sdl, seed));
              for (const { field, path } of rootFields(schema)) {
                const input = harmed(sampleInput(field.args, random), random);
                const isRefused = refusals(schema, source, path, input).length > 0;
                expect([sdl, path, input, problemsOf(source, path, input) !== undefined]).toEqual([
                  sdl,
                  path,
                  input,
                  isRefused,
                ]);
              }
            }).pipe(Effect.runPromise),
          ),
          { numRuns: 50 },
        ),
      ),
    patience,
  );
});

/** An input in which some values are null or missing. */
const harmed = (input: JsonObject, random: () => number): JsonObject =>
  Object.fromEntries(
    Object.entries(input).flatMap(([key, value]) => {
      if (random() < 0.15) return [];
      if (random() < 0.15) return [[key, null]];
      return [[key, isObject(value) ? harmed(value, random) : value]];
    }),
  );
