import { DateTime, Effect } from "effect";
import type { LoadedSource } from "../model/plugin.ts";
import { builtInNamespace, SourceSettings } from "../model/source.ts";
import type { NewSource } from "../model/source.ts";
import { SourceAccess } from "./source-access.ts";
import { countConnect } from "./source-changes.ts";
import type { SourceChanges } from "./source-changes.ts";

/** Label in place of a namespace that no source has, so that failed additions add no series. */
const other = "_OTHER";

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
        other,
      )(access.load(plugin, new SourceSettings(given)));
      const row = yield* rows.seal({
        namespace,
        kind,
        name: name ?? loaded.name,
        url: loaded.url,
        enabled: true,
        settings: new SourceSettings(settings),
        refreshed_at: yield* DateTime.now,
        last_error: null,
      });
      yield* commit(
        Effect.gen(function* () {
          yield* requireFree(namespace);
          yield* rows.insert(row);
          yield* tools.replaceAll(namespace, loaded);
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
    const row = yield* rows.seal({
      namespace: builtInNamespace,
      kind: "executor",
      name: builtIn.name,
      url: null,
      enabled: true,
      settings: new SourceSettings({}),
      refreshed_at: yield* DateTime.now,
      last_error: null,
    });
    yield* commit(
      Effect.gen(function* () {
        const exists = yield* rows.exists(builtInNamespace);
        yield* exists ? rows.update(row) : rows.insert(row);
        yield* tools.replaceAll(builtInNamespace, builtIn);
      }),
    );
  });
