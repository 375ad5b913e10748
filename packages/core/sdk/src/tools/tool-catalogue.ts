import { schemaCheck, type SchemaCheck } from "@executor/json-schema";
import { Context, Effect, Layer } from "effect";
import { makeCache } from "../cache.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { Tool } from "../model/tool.ts";
import { withBigIntegers } from "./big-integers.ts";
import { bundleSchema, sharedLookup } from "./schema-bundle.ts";
import { toolRows } from "./tool-rows.ts";

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

/** Finds tools by their addresses. Tools in use stay in memory until a source or its tools change. */
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

  return {
    // Clients type addresses, of tools that do not exist too: a long one takes no memory.
    find: (address: string) =>
      address.length > maxKeptAddress ? read(address) : findKept(address),
    /** Tells that a source or its tools changed; call it after every change. */
    invalidate: Effect.sync(() => {
      changeCount += 1;
    }),
    /** Number of changes so far to sources and their tools. */
    version,
  };
});

/** Characters of an address that is kept. Longer ones are possible, and are read at every call. */
const maxKeptAddress = 512;
