import { layerMemory } from "@executor/storage/bun";
import { Effect, Layer, Schema } from "effect";
import { SourceWarning } from "../../src/model/description.ts";
import { JsonObject } from "../../src/model/json.ts";
import { sdkLayer } from "../../src/layer.ts";
import { SourcePlugins } from "../../src/model/plugin.ts";
import { SecretKey } from "../../src/credentials/vault.ts";
import type { SourcePlugin } from "../../src/model/plugin.ts";
import { InvalidSourceDocument, Namespace, NewSource } from "../../src/model/source.ts";
import { ToolAnnotations, ToolCallError } from "../../src/model/tool.ts";

/**
 * The smallest kind of source: a description lists tools and what each call of them does. It stands in for a plugin,
 * because the sdk may not know any.
 */
const Description = Schema.parseJson(
  Schema.Struct({
    title: Schema.String,
    definitions: Schema.optionalWith(Schema.Record({ key: Schema.String, value: JsonObject }), {
      default: () => ({}),
    }),
    warnings: Schema.optionalWith(Schema.Array(SourceWarning), { default: () => [] }),
    tools: Schema.Array(
      Schema.Struct({
        path: Schema.String,
        description: Schema.optionalWith(Schema.String, { default: () => "" }),
        does: Schema.optionalWith(Schema.Literal("echo", "answer404", "refuse", "hang", "die"), {
          default: () => "echo" as const,
        }),
        writes: Schema.optionalWith(Schema.Boolean, { default: () => false }),
        input: Schema.optionalWith(JsonObject, { default: () => ({ type: "object" }) }),
      }),
    ),
  }),
);

const decode = Schema.decodeUnknown(Description);

const plugin: SourcePlugin = {
  kind: "openapi",
  detect: (settings) =>
    decode(settings.document).pipe(
      Effect.map(({ title }) => ({ name: title, namespace: title.toLowerCase() })),
      Effect.option,
    ),
  load: (settings) =>
    decode(settings.document).pipe(
      Effect.mapError(() => new InvalidSourceDocument({ message: "This is no fixture." })),
      Effect.map((description) => ({
        name: description.title,
        url: settings.baseUrl ?? "http://upstream.test",
        definitions: new Map(Object.entries(description.definitions)),
        warnings: description.warnings,
        tools: description.tools.map((tool) => ({
          path: tool.path,
          description: tool.description,
          annotations: new ToolAnnotations({
            readOnly: !tool.writes,
            destructive: false,
            requiresApproval: tool.writes,
          }),
          inputSchema: tool.input,
          outputSchema: null,
          binding: tool.does,
        })),
      })),
    ),
  leniency: () => ({ advised: ["body"], nullIsAbsent: true }),
  invoke: ({ binding, input }) => {
    switch (binding) {
      case "answer404":
        return new ToolCallError({
          outcome: "upstream_error",
          errorType: "404",
          status: 404,
          message: "Not Found",
        });
      case "refuse":
        return new ToolCallError({
          outcome: "upstream_error",
          errorType: "connection_error",
          message: "The connection was refused.",
        });
      case "hang":
        return Effect.never;
      case "die":
        return Effect.die(new Error("a bug in the plugin"));
      default:
        return Effect.succeed({ data: input, size: JSON.stringify(input).length });
    }
  },
};

export const layerFixture = sdkLayer.pipe(
  Layer.provide(SecretKey.layerTest),
  Layer.provideMerge(layerMemory),
  Layer.provide(Layer.succeed(SourcePlugins, new Map([[plugin.kind, plugin]]))),
);

/** Text of a description of the fixture's kind. */
export const fixtureDocument = (
  title: string,
  tools: ReadonlyArray<Record<string, unknown>>,
  more: {
    readonly definitions?: Record<string, unknown>;
    readonly warnings?: ReadonlyArray<SourceWarning>;
  } = {},
): string =>
  JSON.stringify({
    title,
    tools,
    definitions: more.definitions ?? {},
    warnings: more.warnings ?? [],
  });

/** Makes a source of the fixture's kind. */
export const fixtureSource = (
  namespace: string,
  tools: ReadonlyArray<Record<string, unknown>>,
  more: {
    readonly definitions?: Record<string, unknown>;
    readonly warnings?: ReadonlyArray<SourceWarning>;
    readonly headers?: Record<string, string>;
    readonly checkInputs?: boolean;
  } = {},
): NewSource =>
  new NewSource({
    namespace: Namespace.make(namespace),
    kind: "openapi",
    document: fixtureDocument(namespace, tools, more),
    headers: more.headers ?? {},
    checkInputs: more.checkInputs ?? true,
  });
