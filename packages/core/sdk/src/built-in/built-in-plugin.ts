import { Effect, Schema, Struct } from "effect";
import { builtInSource, defaultSearchLimit } from "./built-in-source.ts";
import { describedTool } from "./excerpts/described-tool.ts";
import type { Json, JsonObject } from "../model/json.ts";
import type { SourcePlugin } from "../model/plugin.ts";
import { shorten } from "../model/shorten.ts";
import { Sources } from "../sources/sources.ts";
import { type Tool, ToolCallError, type ToolSummary } from "../model/tool.ts";
import { Tools } from "../tools/tools.ts";

const SearchInput = Schema.Struct({
  query: Schema.String,
  namespace: Schema.optional(Schema.String),
  limit: Schema.optionalWith(Schema.Int, { default: () => defaultSearchLimit }),
});
const DescribeInput = Schema.Struct({
  path: Schema.String,
  at: Schema.optional(Schema.String),
  from: Schema.optional(Schema.NonNegativeInt),
});

const summary = (tool: ToolSummary | Tool): JsonObject => ({
  path: tool.address,
  description: tool.description,
  annotations: { ...tool.annotations },
});

/** Characters of what each source says of its use in a list of all. */
const maxInstructions = 1_000;

const maxFound = 500;
const maxSignature = 250;

/** A tool as a search shows it: of a long description its beginning, and a short last paragraph, such as the signature. */
const shortSummary = (tool: ToolSummary): JsonObject => {
  const { description } = tool;
  if (description.length <= maxFound) return summary(tool);
  const last = description.lastIndexOf("\n\n");
  const end = last > 0 && description.length - last <= maxSignature ? description.slice(last) : "";
  const start = description.slice(0, maxFound - end.length - 1).replace(/[\uD800-\uDBFF]$/, "");
  return { ...summary(tool), description: `${start}…${end}` };
};

const failed = (errorType: string) => (message: string) =>
  new ToolCallError({ outcome: "tool_error", errorType, message });

/** Plugin of the built-in source. It answers from the same services as the API. */
export const builtInPlugin: Effect.Effect<SourcePlugin, never, Sources | Tools> = Effect.gen(
  function* () {
    const sources = yield* Sources;
    const tools = yield* Tools;

    const handlers: Readonly<
      Record<string, (input: JsonObject) => Effect.Effect<Json, ToolCallError>>
    > = {
      "executor.sources.list": () =>
        Effect.zipWith(sources.list, sources.instructions, (list, instructions) =>
          list
            .filter(({ enabled }) => enabled)
            .map((source) => {
              const said = instructions.get(source.namespace);
              return {
                ...Struct.pick(source, "namespace", "kind", "name", "toolCount"),
                ...(said === undefined ? {} : { instructions: shorten(said, maxInstructions) }),
              };
            }),
        ),

      "executor.tools.search": (input) =>
        Schema.decodeUnknown(SearchInput)(input).pipe(
          Effect.flatMap((query) => tools.list(query)),
          Effect.map((page) => page.items.map(shortSummary)),
          Effect.orDie,
        ),

      "executor.tools.describe": (input) =>
        Schema.decodeUnknown(DescribeInput)(input).pipe(
          Effect.orDie,
          Effect.flatMap(({ path, ...part }) =>
            Effect.flatMap(tools.get(path), (tool) =>
              Effect.mapError(describedTool(tool, summary(tool), part), failed("unknown_place")),
            ),
          ),
          Effect.catchTag("ToolNotFound", ({ message }) =>
            Effect.fail(failed("unknown_tool")(message)),
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
