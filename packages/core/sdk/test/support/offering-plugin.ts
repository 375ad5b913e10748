import { layerMemory } from "@executor/storage/bun";
import { Context, Effect, Layer, Option, Stream } from "effect";
import { sdkLayer } from "../../src/layer.ts";
import { SourcePlugins, type SourcePlugin } from "../../src/model/plugin.ts";
import type { ResolvedSettings } from "../../src/model/source.ts";
import { Namespace, NewSource } from "../../src/model/source.ts";
import { ToolCallError } from "../../src/model/tool.ts";
import { SecretKey } from "../../src/credentials/vault.ts";

/** How often sources were asked for their lists, and for which ones they do not answer, or fail. */
export class Asked extends Context.Tag("Asked")<
  Asked,
  { lists: number; readonly silent: Set<string>; readonly failing: Set<string> }
>() {}

const hostOf = ({ url }: ResolvedSettings): string => new URL(url ?? "").hostname;

const told = (settings: ResolvedSettings): string =>
  `of ${hostOf(settings)} ${Object.values(settings.headers).join(" ")}`;

const failure = new ToolCallError({
  outcome: "upstream_error",
  errorType: "500",
  message: "The server is tired.",
});

/** A kind of source that says in everything that it offers whose it is, and repeats its headers. */
const plugin = (asked: Context.Tag.Service<typeof Asked>): SourcePlugin => ({
  kind: "mcp",
  detect: () => Effect.succeed(Option.none()),
  load: (settings) =>
    Effect.succeed({
      name: hostOf(settings),
      url: settings.url ?? "",
      definitions: new Map(),
      warnings: [],
      tools: [],
    }),
  invoke: () => Effect.succeed({ data: null, size: 0 }),
  offerings: {
    list: (settings) =>
      Effect.suspend(() => {
        asked.lists++;
        if (asked.silent.has(hostOf(settings))) return Effect.never;
        if (asked.failing.has(hostOf(settings))) return Effect.fail(failure);
        return Effect.succeed({
          resources: [
            { uri: "test://a", name: `of ${hostOf(settings)}` },
            { uri: "test://b", name: told(settings) },
          ],
          templates: [{ uriTemplate: "test://{x}", name: "t" }],
          prompts: [{ name: "p", arguments: [] }],
        });
      }),
    read: (settings, uri) => Effect.succeed([{ uri, text: told(settings) }]),
    fillPrompt: (settings) =>
      Effect.succeed({
        description: told(settings),
        messages: [{ role: "user", content: { type: "text", text: told(settings) } }],
      }),
    complete: (settings) => Effect.succeed({ values: [told(settings)] }),
    updates: () => Stream.never,
  },
});

/** The sdk with sources that offer resources and prompts. */
export const layerOffering = sdkLayer.pipe(
  Layer.provide(
    Layer.effect(
      SourcePlugins,
      Effect.map(Asked, (asked) => new Map([["mcp" as const, plugin(asked)]])),
    ),
  ),
  Layer.provideMerge(
    Layer.effect(
      Asked,
      Effect.sync(() => ({ lists: 0, silent: new Set<string>(), failing: new Set<string>() })),
    ),
  ),
  Layer.provide(SecretKey.layerTest),
  Layer.provide(layerMemory),
);

/** A source whose host is `namespace.test`. */
export const offeringSource = (
  namespace: string,
  headers: Readonly<Record<string, string>> = {},
): NewSource =>
  new NewSource({
    namespace: Namespace.make(namespace),
    kind: "mcp",
    url: `https://${namespace}.test/`,
    headers,
  });
