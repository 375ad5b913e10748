import { schemaCheck, type SchemaCheck } from "@executor/json-schema";
import { Context, Effect, Layer } from "effect";
import { makeCache } from "../cache.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { Tool } from "../model/tool.ts";
import { inScope, includes, ToolScope } from "../toolkits/tool-scope.ts";
import type { Toolkit } from "../toolkits/toolkit.ts";
import { withBigIntegers } from "./big-integers.ts";
import { bundleSchema, sharedLookup } from "./schema-bundle.ts";
import { type PageQuery, type SearchQuery, toolRows } from "./tool-rows.ts";

/** A tool with everything that a call of it needs, except its source. */
export interface CatalogueTool {
  readonly tool: Tool;
  readonly binding: Json;
  readonly checkInput: SchemaCheck;
  /** Whether it waits for the operator's review, and cannot be called before. */
  readonly isPending: boolean;
}

/** Tools that stay in memory. */
const capacity = 1_000;

/**
 * Tools of the current scope ({@link ToolScope}): those of others do not exist here, by no spelling. Tools in use stay in memory until
 * a source or its tools change.
 */
export class ToolCatalogue extends Context.Tag("@executor/sdk/ToolCatalogue")<
  ToolCatalogue,
  Effect.Effect.Success<typeof make>
>() {
  static readonly layer = Layer.suspend(() => Layer.effect(ToolCatalogue, make));
}

const make = Effect.gen(function* () {
  const rows = yield* toolRows;
  let changeCount = 0;
  const version = () => changeCount;

  const read = Effect.fn("ToolCatalogue.read")(function* (address: string) {
    const row = yield* rows.find(address);
    if (row === undefined) return undefined;
    const { binding, input_schema, output_schema, pending, ...summary } = row;
    const definitions = sharedLookup((names) => rows.definitions(row.namespace, names));
    const bundle = (schema: JsonObject) => bundleSchema(schema, definitions);
    const inputSchema = yield* bundle(input_schema);
    const outputSchema = output_schema === null ? null : yield* bundle(output_schema);
    const description = withBigIntegers(summary.description, [inputSchema, outputSchema]);
    const tool: Tool = { ...summary, description, inputSchema, outputSchema };
    const found: CatalogueTool = {
      tool,
      binding,
      checkInput: schemaCheck(tool.inputSchema),
      isPending: pending === 1,
    };
    return found;
  });

  const findKept = yield* makeCache({ capacity, version, lookup: read });

  const coveredBy = yield* makeCache({
    capacity: coverageCapacity,
    version,
    lookup: (toolkit: Toolkit) =>
      Effect.map(rows.addresses, (all): CoveredTools =>
        coverageOf(all.filter(({ address }) => includes(toolkit, address))),
      ),
  });

  /** The scope's tools, found once for each state of a toolkit; `undefined` where all are in it. */
  const covered: Effect.Effect<CoveredTools | undefined> = Effect.flatMap(ToolScope, (scope) => {
    if (scope._tag === "Everything") return Effect.succeed(undefined);
    const toolkit = scope.current();
    return toolkit === undefined ? Effect.succeed(nothing) : coveredBy(toolkit);
  });

  const allNames = yield* makeCache({
    capacity: 1,
    version,
    lookup: (_all: "all") =>
      Effect.map(rows.addresses, (all) => namesOf(all.map(({ address }) => address))),
  });

  return {
    /** Addresses of the tools, in order, one a line: at most 5,000. */
    names: Effect.flatMap(covered, (among) =>
      among === undefined ? allNames("all") : Effect.succeed(among.names),
    ),
    find: (address: string) =>
      Effect.zipWith(
        // Clients type addresses, of tools that do not exist too: a long one takes no memory.
        address.length > maxKeptAddress ? read(address) : findKept(address),
        ToolScope,
        (found, scope) =>
          found !== undefined && inScope(scope, found.tool.address) ? found : undefined,
      ),
    /** Tools in order of their addresses. */
    page: (query: PageQuery) =>
      Effect.flatMap(covered, (among) => rows.page({ ...query, among: among?.json })),
    /** Tools that match words, the best first. */
    search: (query: SearchQuery) =>
      Effect.flatMap(covered, (among) => rows.search({ ...query, among: among?.json })),
    covered,
    /** Tells that a source or its tools changed; call it after every change. */
    invalidate: Effect.sync(() => {
      changeCount += 1;
    }),
    /** Number of changes so far to sources and their tools. */
    version,
  };
});

/** Tools of a toolkit. */
export interface CoveredTools {
  /** Their addresses, as a JSON array. */
  readonly json: string;
  /** The first of them, one a line. */
  readonly names: string;
  /** Number of those that can be called, by namespace. */
  readonly counts: ReadonlyMap<string, number>;
}

const coverageOf = (
  tools: ReadonlyArray<{ readonly address: string; readonly namespace: string }>,
): CoveredTools => {
  const counts = new Map<string, number>();
  for (const { namespace } of tools) counts.set(namespace, (counts.get(namespace) ?? 0) + 1);
  const addresses = tools.map(({ address }) => address);
  return {
    json: JSON.stringify(addresses),
    names: namesOf(addresses),
    counts,
  };
};

const maxNames = 5_000;

const namesOf = (addresses: ReadonlyArray<string>): string =>
  addresses.toSorted().slice(0, maxNames).join("\n");

const nothing = coverageOf([]);

/** Toolkits whose tools stay in memory as addresses: some 40 bytes a tool. */
const coverageCapacity = 16;

/** Characters of an address that is kept. Longer ones are possible, and are read at every call. */
const maxKeptAddress = 512;
