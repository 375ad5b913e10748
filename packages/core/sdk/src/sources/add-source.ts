import { DateTime, Effect, Either, Option } from "effect";
import { builtInNamespace, SourceSettings } from "../model/source.ts";
import type { NewSource, SourceKind } from "../model/source.ts";
import { unknownSource } from "../model/source-in-use.ts";
import { SourceAccess, type UseSourceError } from "./source-access.ts";
import { countConnect, type SourceChanges } from "./source-changes.ts";
import { type DetectedSource, type LoadedSource, SourcePlugins } from "../model/plugin.ts";

/** Reads the description of a new source, and stores the source with its tools. */
export const makeAddSource = ({
  commit,
  find,
  pluginOf,
  requireFree,
  rows,
  tools,
}: SourceChanges) =>
  Effect.map(SourceAccess, (access) =>
    Effect.fn("Sources.add")(function* ({ namespace, kind, name, ...given }: NewSource) {
      const plugin = yield* pluginOf(kind);
      yield* requireFree(namespace);
      const { document: _, ...settings } = given;
      const loaded = yield* countConnect(
        namespace,
        unknownSource,
      )(access.load(plugin, new SourceSettings(given)));
      const now = yield* DateTime.now;
      const row = yield* rows.seal({
        namespace,
        kind,
        name: name ?? loaded.name,
        url: loaded.url,
        enabled: true,
        settings: new SourceSettings(settings),
        refreshed_at: now,
        last_error: null,
      });
      yield* commit(
        Effect.gen(function* () {
          yield* requireFree(namespace);
          yield* rows.insert(row);
          yield* rows.setRead(namespace, loaded, now);
          yield* tools.replaceAll(namespace, loaded, { at: now, reviewNewWrites: false });
        }),
      );
      return yield* Effect.orDie(find(namespace));
    }),
  );

/** Stores the built-in source as this version of the daemon has it. */
export const storeBuiltIn = (
  { commit, rows, tools }: SourceChanges,
  builtIn: LoadedSource,
): Effect.Effect<void> =>
  Effect.gen(function* () {
    const now = yield* DateTime.now;
    const row = yield* rows.seal({
      namespace: builtInNamespace,
      kind: "executor",
      name: builtIn.name,
      url: null,
      enabled: true,
      settings: new SourceSettings({}),
      refreshed_at: now,
      last_error: null,
    });
    yield* commit(
      Effect.gen(function* () {
        const exists = yield* rows.exists(builtInNamespace);
        yield* exists ? rows.update(row) : rows.insert(row);
        yield* tools.replaceAll(builtInNamespace, builtIn, { at: now, reviewNewWrites: false });
      }),
    );
  });

export interface DetectedKind extends DetectedSource {
  readonly kind: SourceKind;
}

/**
 * Finds the kind of source that settings lead to. Asks one kind after another, so that nothing else is sent there once a
 * description is found. Fails only where nothing was found and a kind failed.
 */
export const makeDetectSource = Effect.gen(function* () {
  const plugins = yield* SourcePlugins;
  const access = yield* SourceAccess;
  return Effect.fn("Sources.detect")(function* (settings: SourceSettings) {
    const failures: Array<UseSourceError> = [];
    for (const plugin of plugins.values()) {
      if (settings.command !== undefined && plugin.kind !== "mcp") continue;
      const result = yield* Effect.either(access.detect(plugin, settings));
      if (Either.isLeft(result)) failures.push(result.left);
      else if (Option.isSome(result.right)) {
        const detected: DetectedKind = { ...result.right.value, kind: plugin.kind };
        return [detected];
      }
    }
    const [failure] = failures.toSorted((left, right) => rank(left) - rank(right));
    return failure === undefined ? [] : yield* failure;
  });
});

/** The failure that explains most comes first. */
const rank = ({ _tag }: UseSourceError): number => explanatory.indexOf(_tag);
const explanatory: ReadonlyArray<UseSourceError["_tag"]> = [
  "MissingSecret",
  "SecretNotForOrigin",
  "InvalidSourceDocument",
  "SourceDocumentTooLarge",
  "SourceUnreachable",
];
