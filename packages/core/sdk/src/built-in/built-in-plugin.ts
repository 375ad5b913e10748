import { Effect, Schema, Struct } from "effect";
import { builtInSource, defaultSearchLimit } from "./built-in-source.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { SourcePlugin } from "../model/plugin.ts";
import { Sources } from "../sources/sources.ts";
import { type Tool, ToolCallError, type ToolSummary } from "../model/tool.ts";
import { Tools } from "../tools/tools.ts";

const SearchInput = Schema.Struct({
  query: Schema.String,
  namespace: Schema.optional(Schema.String),
  limit: Schema.optionalWith(Schema.Int, { default: () => defaultSearchLimit }),
});
const DescribeInput = Schema.Struct({ path: Schema.String });

const summary = (tool: ToolSummary | Tool): JsonObject => ({
  path: tool.address,
  description: tool.description,
  annotations: { ...tool.annotations },
});

/** Plugin of the built-in source. It answers from the same services as the API. */
export const builtInPlugin: Effect.Effect<SourcePlugin, never, Sources | Tools> = Effect.gen(
  function* () {
    const sources = yield* Sources;
    const tools = yield* Tools;

    const handlers: Readonly<
      Record<string, (input: JsonObject) => Effect.Effect<Json, ToolCallError>>
    > = {
      "executor.sources.list": () =>
        Effect.map(sources.list, (list) =>
          list.map(Struct.pick("namespace", "kind", "name", "toolCount")),
        ),

      "executor.tools.search": (input) =>
        Schema.decodeUnknown(SearchInput)(input).pipe(
          Effect.flatMap((query) => tools.list(query)),
          Effect.map((page) => page.items.map(summary)),
          Effect.orDie,
        ),

      "executor.tools.describe": (input) =>
        Schema.decodeUnknown(DescribeInput)(input).pipe(
          Effect.orDie,
          Effect.flatMap(({ path }) => tools.get(path)),
          Effect.map((tool) => ({
            ...summary(tool),
            inputSchema: tool.inputSchema,
            outputSchema: tool.outputSchema,
          })),
          Effect.catchTag("ToolNotFound", ({ message }) =>
            Effect.fail(
              new ToolCallError({ outcome: "tool_error", errorType: "unknown_tool", message }),
            ),
          ),
        ),
    };

    return {
      kind: "executor",
      detect: () => Effect.succeedNone,
      load: () => Effect.succeed(builtInSource),
      invoke: ({ address, input }) => {
        const handler = handlers[address];
        return handler === undefined
          ? Effect.dieMessage(`The built-in tool ${address} has no handler.`)
          : Effect.map(handler(input), (data) => ({ data, size: JSON.stringify(data).length }));
      },
    };
  },
);
