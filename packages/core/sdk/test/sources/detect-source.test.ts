import { describe, expect, it } from "@effect/vitest";
import { layerMemory } from "@executor/storage/bun";
import { Effect, Layer } from "effect";
import { sdkLayer } from "../../src/layer.ts";
import { SourcePlugins } from "../../src/model/plugin.ts";
import type { SourcePlugin } from "../../src/model/plugin.ts";
import { SecretKey } from "../../src/credentials/vault.ts";
import {
  InvalidSourceDocument,
  SourceSettings,
  SourceUnreachable,
} from "../../src/model/source.ts";
import type { ResolvedSettings, SourceKind } from "../../src/model/source.ts";
import { Sources } from "../../src/sources/sources.ts";
import { putSecret, secretName } from "../support/probe.ts";

const found = (name: string) => Effect.succeedSome({ name, namespace: name });
const unreachable = Effect.fail(new SourceUnreachable({ message: "nobody answers" }));
const invalid = Effect.fail(new InvalidSourceDocument({ message: "OpenAPI 2 is too old" }));

/** Kinds of source that detect by these functions, and the kinds that were asked with their settings. */
const kinds = (detects: Partial<Record<SourceKind, SourcePlugin["detect"]>>) => {
  const asked: Array<{ readonly kind: SourceKind; readonly settings: ResolvedSettings }> = [];
  const unused = Effect.die(new Error("only detection is tested"));
  const plugin = (kind: SourceKind, detect: SourcePlugin["detect"]): SourcePlugin => ({
    kind,
    detect: (settings) => {
      asked.push({ kind, settings });
      return detect(settings);
    },
    load: () => unused,
    invoke: () => unused,
  });
  const none = () => Effect.succeedNone;
  const layer = sdkLayer.pipe(
    Layer.provide(
      Layer.succeed(
        SourcePlugins,
        new Map(
          (["openapi", "mcp", "graphql"] as const).map((kind) => [
            kind,
            plugin(kind, detects[kind] ?? none),
          ]),
        ),
      ),
    ),
    Layer.provide(Layer.merge(SecretKey.layerTest, layerMemory)),
  );
  return { asked, layer };
};

const detect = (settings: ConstructorParameters<typeof SourceSettings>[0]) =>
  Effect.flatMap(Sources, (sources) => sources.detect(new SourceSettings(settings)));

const url = "https://api.example.com/x";

describe("Sources.detect", () => {
  it.effect("finds a kind even though another kind fails", () =>
    detect({ url }).pipe(
      Effect.map((detected) => {
        expect(detected).toEqual([{ kind: "graphql", name: "g", namespace: "g" }]);
      }),
      Effect.provide(
        kinds({ openapi: () => unreachable, mcp: () => invalid, graphql: () => found("g") }).layer,
      ),
    ),
  );

  it.effect(
    "fails with the most explanatory failure if no kind is found, and else finds nothing",
    () =>
      Effect.gen(function* () {
        const { layer } = kinds({ openapi: () => unreachable, mcp: () => invalid });
        const error = yield* Effect.flip(Effect.provide(detect({ url }), layer));
        expect(error.message).toBe("OpenAPI 2 is too old");
        expect(yield* Effect.provide(detect({ url }), kinds({}).layer)).toEqual([]);
      }),
  );

  it.effect("sends nothing after a kind is found", () => {
    const { asked, layer } = kinds({ openapi: () => found("o") });
    return detect({ url }).pipe(
      Effect.map(() => expect(asked.map(({ kind }) => kind)).toEqual(["openapi"])),
      Effect.provide(layer),
    );
  });

  it.effect("asks only MCP about a program", () => {
    const { asked, layer } = kinds({ openapi: () => found("o"), mcp: () => found("m") });
    return detect({ command: "server" }).pipe(
      Effect.map((detected) => {
        expect(detected).toMatchObject([{ kind: "mcp" }]);
        expect(asked.map(({ kind }) => kind)).toEqual(["mcp"]);
      }),
      Effect.provide(layer),
    );
  });

  it.effect(
    "leaves out a secret that is for another place, and says so where it finds nothing",
    () => {
      const { asked, layer } = kinds({
        openapi: ({ url: at }) => (at === url ? found("o") : Effect.succeedNone),
      });
      const headers = { Authorization: { secret: secretName("token") } };
      return Effect.gen(function* () {
        yield* putSecret("token", "tok_0123456789", ["https://elsewhere.example"]);
        expect(yield* detect({ url, headers })).toHaveLength(1);
        const error = yield* Effect.flip(detect({ url: "https://api.example.com/y", headers }));
        expect(error).toMatchObject({ _tag: "SecretNotForOrigin" });
        expect(asked.map(({ settings }) => settings.headers)).toEqual([{}, {}, {}, {}]);
      }).pipe(Effect.provide(layer));
    },
  );
});
