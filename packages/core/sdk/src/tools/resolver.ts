import { Context, Effect, Layer } from "effect";
import type { Json, JsonObject } from "../model/json.ts";
import type { Namespace, SourceKind, SourceSettings } from "../model/source.ts";
import { Tool } from "../model/tool.ts";
import { inputCheck } from "./input-check.ts";
import type { InputCheck } from "./input-check.ts";
import { bundleSchema } from "./schema-bundle.ts";
import { SourceRows } from "../sources/source-rows.ts";
import { toolRows } from "./tool-rows.ts";

/** A tool with all that a call of it needs. */
export interface ResolvedTool {
  readonly tool: Tool;
  readonly binding: Json;
  readonly checkInput: InputCheck;
  readonly source: {
    readonly namespace: Namespace;
    readonly kind: SourceKind;
    readonly enabled: boolean;
    readonly url: string;
    readonly settings: SourceSettings;
  };
}

/** How many resolved tools stay in memory. */
const capacity = 1_000;

/** Finds tools by their addresses, and remembers those that are in use until their source changes. */
export class ToolResolver extends Context.Tag("@executor/sdk/internal/ToolResolver")<
  ToolResolver,
  {
    readonly resolve: (address: string) => Effect.Effect<ResolvedTool | undefined>;
    /** Forgets what is remembered; call it after every change to a source or its tools. */
    readonly invalidate: Effect.Effect<void>;
  }
>() {
  static readonly layer = Layer.effect(
    ToolResolver,
    Effect.gen(function* () {
      const sources = yield* SourceRows;
      const tools = yield* toolRows;
      const known = new Map<string, ResolvedTool>();
      let generation = 0;

      const read = Effect.fn("ToolResolver.read")(function* (address: string) {
        const row = yield* tools.find(address);
        if (row === undefined) return undefined;
        const source = yield* sources.find(row.namespace);
        if (source === undefined) return undefined;
        const bundle = (schema: JsonObject) =>
          bundleSchema(schema, (names) => tools.definitions(row.namespace, names));
        const tool = new Tool(
          {
            address: row.address,
            namespace: row.namespace,
            description: row.description,
            annotations: row.annotations,
            inputSchema: yield* bundle(row.input_schema),
            outputSchema: row.output_schema === null ? null : yield* bundle(row.output_schema),
          },
          { disableValidation: true },
        );
        const resolved: ResolvedTool = {
          tool,
          binding: row.binding,
          checkInput: inputCheck(tool.inputSchema),
          source: { ...source, url: source.url ?? "" },
        };
        return resolved;
      });

      const remember = (address: string, resolved: ResolvedTool) => {
        known.set(address, resolved);
        if (known.size <= capacity) return;
        const [oldest] = known.keys();
        if (oldest !== undefined) known.delete(oldest);
      };

      return {
        resolve: (address) =>
          Effect.suspend(() => {
            const hit = known.get(address);
            if (hit !== undefined) return Effect.succeed(hit);
            const readDuring = generation;
            return Effect.tap(read(address), (resolved) => {
              if (resolved !== undefined && readDuring === generation) remember(address, resolved);
            });
          }),
        invalidate: Effect.sync(() => {
          generation += 1;
          known.clear();
        }),
      };
    }),
  );
}
