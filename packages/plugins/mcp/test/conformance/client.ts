import {
  Elicitor,
  isJsonObject,
  Namespace,
  parseJson,
  type Json,
  type JsonObject,
} from "@executor/sdk";
import { Effect } from "effect";
import { plugin as makePlugin } from "../support/source.ts";

/**
 * A client for the protocol's conformance suite, which starts it with the URL of a server: it adds the server as a source would be,
 * and calls its tools, with the arguments that the scenario gives.
 */
const url = process.argv.at(-1) ?? "";
const settings = { url, headers: {}, timeoutMs: 10_000 };

/** Calls that the scenario wants, else one of each tool. */
const wanted = (): ReadonlyArray<{ readonly name: string; readonly input: JsonObject }> => {
  const context = parseJson(process.env["MCP_CONFORMANCE_CONTEXT"] ?? "{}");
  const calls = isJsonObject(context) ? context["toolCalls"] : undefined;
  return (Array.isArray(calls) ? calls : []).filter(isJsonObject).map((call) => ({
    name: textOf(call["name"]),
    input: isJsonObject(call["arguments"]) ? call["arguments"] : {},
  }));
};

/** An input with something for each required property. */
const minimalInput = ({ properties, required }: JsonObject): JsonObject =>
  Object.fromEntries(
    (Array.isArray(required) ? required.map(textOf) : []).map((name): [string, Json] => {
      const schema = isJsonObject(properties) ? properties[name] : undefined;
      const type = isJsonObject(schema) ? schema["type"] : undefined;
      if (type === "number" || type === "integer") return [name, 1];
      return [name, type === "boolean" ? true : "text"];
    }),
  );

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

const program = Effect.gen(function* () {
  const plugin = yield* makePlugin;
  const { tools } = yield* Effect.orElseSucceed(plugin.load(settings), () => ({ tools: [] }));
  const call = (path: string, input: JsonObject) =>
    Effect.forEach(
      tools.filter((tool) => tool.path === path),
      (tool) =>
        Effect.either(
          plugin.invoke({
            namespace: Namespace.make("suite"),
            url,
            settings,
            address: `suite.${tool.path}`,
            binding: tool.binding,
            inputSchema: tool.inputSchema,
            input,
            wantsResponse: false,
          }),
        ),
    );
  const pathOf = (name: string) =>
    tools.find(({ binding }) => isJsonObject(binding) && binding["name"] === name)?.path ?? "";
  const given = wanted();
  const focal = tools.find(({ path }) => path === "json_schema_2020_12_tool");
  const calls =
    given.length > 0
      ? given.map(({ name, input }) => ({ path: pathOf(name), input }))
      : tools.map(({ inputSchema, path }) => ({
          path,
          input:
            focal !== undefined && "schema" in minimalInput(inputSchema)
              ? { schema: focal.inputSchema }
              : minimalInput(inputSchema),
        }));
  for (const { path, input } of calls) yield* call(path, input);
}).pipe(
  Effect.provideService(Elicitor, {
    elicit: ({ requestedSchema }) =>
      Effect.succeed({
        action: "accept" as const,
        content: "confirmed" in Object(requestedSchema["properties"]) ? { confirmed: true } : {},
      }),
  }),
  Effect.scoped,
);

await Effect.runPromise(program);
