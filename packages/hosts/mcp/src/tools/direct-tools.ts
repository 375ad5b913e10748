import { Tools, ToolScope } from "@executor/sdk";
import type { ToolSummary } from "@executor/sdk";
import type { Tool } from "@modelcontextprotocol/server";
import { Effect } from "effect";
import { directNames } from "./direct-names.ts";

/** Tools that an endpoint lists directly. */
const maxTools = 100;

/** Characters of their definitions, some 15,000 tokens. */
const maxChars = 60_000;

/**
 * The tools of the scope's toolkit that its endpoint lists beside `execute`, where the toolkit says so: in order of their addresses, as
 * many as fit. The others are found by code.
 */
export const directTools = Effect.map(Tools, (tools) => {
  const listed: Effect.Effect<ReadonlyMap<string, ToolSummary>> = Effect.flatMap(
    ToolScope,
    (scope) =>
      scope._tag === "Toolkit" && scope.current()?.listTools === true
        ? Effect.zipWith(
            Effect.orDie(tools.list({ limit: maxTools })),
            tools.names,
            ({ items }, all) => {
              const nameOf = directNames(all.split("\n"));
              return new Map(
                items
                  .filter(({ namespace }) => namespace !== "executor")
                  .map((tool) => [nameOf(tool.address), tool]),
              );
            },
          )
        : Effect.succeed(new Map<string, ToolSummary>()),
  );

  const list = Effect.gen(function* () {
    const definitions: Array<Tool> = [];
    let chars = 0;
    for (const [name, { address }] of yield* listed) {
      const { annotations, description, inputSchema } = yield* tools.get(address);
      const definition: Tool = {
        name,
        title: address,
        description,
        inputSchema: { ...inputSchema, type: "object" },
        annotations: {
          readOnlyHint: annotations.readOnly,
          destructiveHint: annotations.destructive,
        },
      };
      chars += JSON.stringify(definition).length;
      if (chars > maxChars) break;
      definitions.push(definition);
    }
    return definitions;
  }).pipe(
    // A tool was removed meanwhile; its clients are told so, and list again.
    Effect.catchTag("ToolNotFound", () => Effect.succeed([])),
  );

  return {
    list,
    /** Code that calls the tool of this name with these arguments, as agent code does; `undefined` where none is listed so. */
    codeFor: (name: string, input: unknown = {}): Effect.Effect<string | undefined> =>
      Effect.map(listed, (names) => {
        const tool = names.get(name);
        if (tool === undefined) return undefined;
        // A field named `__proto__` means another thing in code than in JSON.
        return `return await tools.${tool.address}(JSON.parse(${JSON.stringify(JSON.stringify(input))}));`;
      }),
  };
});
